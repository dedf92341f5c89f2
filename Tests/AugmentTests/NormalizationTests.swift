import Augment
import Media
import Testing

@Suite struct NormalizationTests {
    // temporal_gradient.md, "A tiny worked example".
    @Test func theWorkedExampleOfTheCardIsReproduced() {
        let clip = PixelClip(frames: 1, height: 1, width: 6, pixels: [127, 137, 126, 255, 0, 127].flatMap { [$0, 0, 0] })
        var values = [Float](repeating: 0, count: 18)
        ChannelNormalization.imageNet.normalize(clip, into: &values)
        let expected: [Float] = [0.056940, 0.228187, 0.039815, 2.248908, -2.117904, 0.056940]
        for (index, value) in expected.enumerated() { #expect(abs(values[index * 3] - value) < 1e-6) }
    }

    @Test func everyLevelOfEveryChannelIsOneSubtractionAndOneDivision() {
        let clip = PixelClip(
            frames: 2, height: 8, width: 16,
            pixels: (0..<256).flatMap { level in
                [UInt8(level), UInt8(255 - level), UInt8(level)]
            })
        var values = [Float](repeating: -99, count: 768 + 4)
        let statistics = ChannelNormalization.imageNet
        statistics.normalize(clip, into: &values, at: 3)
        for (index, level) in clip.pixels.enumerated() {
            let channel = index % 3
            let expected = (Float(level) - statistics.mean[channel]) / statistics.standardDeviation[channel]
            #expect(values[3 + index] == expected)
        }
        #expect(values[..<3] == [-99, -99, -99] && values[771] == -99)
    }

    @Test func unsoundStatisticsAreRefused() {
        #expect(throws: AugmentError.self) { try ChannelNormalization(mean: [0, 0], standardDeviation: [1, 1, 1]) }
        #expect(throws: AugmentError.self) { try ChannelNormalization(mean: [0, 0, 0], standardDeviation: [1, 0, 1]) }
    }
}
