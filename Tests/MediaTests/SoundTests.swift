import Foundation
import Media
import Testing

@Suite struct SoundTests {
    private let path = Fixture(name: "closed-gop.mp4").path

    private func reader() throws -> VideoReader { try VideoReader(path: path) }

    /// FFmpeg's own decoding and resampling (tools/reference/log_mel.py): of one channel at 8,000 samples a second, of six at 48,000, of
    /// the second stream, which the file calls the default.
    @Test(arguments: ["closed-gop.mp4", "six-channels.mp4", "two-sounds.mkv"])
    func soundIsThatOfFFmpeg(name: String) throws {
        let path = Fixture(name: name).path
        let expected = try String(contentsOfFile: path + ".sound.txt", encoding: .utf8).split(separator: "\n").compactMap {
            Float($0)
        }
        let count = 97 * expected.count, sound = try VideoReader(path: path).sound(from: 0, count: count, rate: 16_000)
        #expect(expected.count > 300 && sound.errors == 0 && sound.present > count - 100)
        let differences = expected.indices.map { abs(sound.samples[97 * $0] - expected[$0]) }
        #expect(differences.max() ?? 1 < 1e-3)
    }

    @Test func aSpanIsThatPartOfTheWhole() throws {
        let whole = try reader().sound(from: 0, count: 32_000, rate: 16_000), reader = try reader()
        for start in [0.5, 1.25, 0.1] {
            let part = try reader.sound(from: start, count: 4_000, rate: 16_000), first = Int(start * 16_000)
            let differences = (0..<4_000).map { abs(part.samples[$0] - whole.samples[first + $0]) }
            #expect(part.present == 4_000 && differences.max() ?? 1 < 1e-3, "from \(start)")
        }
    }

    @Test func whatTheFileDoesNotHaveIsSilent() throws {
        let sound = try reader().sound(from: 2, count: 16_000, rate: 16_000)
        #expect((1...6_000).contains(sound.present) && sound.samples[sound.present...].allSatisfy { $0 == 0 })
        let before = try reader().sound(from: -0.5, count: 16_000, rate: 16_000)
        #expect(before.samples[..<7_900].allSatisfy { $0 == 0 } && before.samples[8_100...].contains { abs($0) > 0.01 })
    }

    @Test func picturesAreTheSameBeforeAndAfterSound() throws {
        let reader = try reader(), index = try reader.makeIndex()
        var before = PixelClip(), after = PixelClip()
        try reader.frames(at: [3, 30, 50], using: index, into: &before)
        _ = try reader.sound(from: 1, count: 1_000, rate: 16_000)
        try reader.frames(at: [3, 30, 50], using: index, into: &after)
        #expect(before == after)
    }

    @Test func aFileWithoutSoundSaysSo() throws {
        let silent = try VideoReader(path: Fixture(name: "no-b.mp4").path)
        #expect(throws: MediaError.noSound(path: silent.path)) { try silent.sound(from: 0, count: 10, rate: 16_000) }
    }

    /// librosa's mel spectrogram of the same sound.
    @Test func logMelIsThatOfLibrosa() throws {
        var state: UInt32 = 1
        let samples = (0..<32_000).map { n -> Float in
            state = state &* 1_664_525 &+ 1_013_904_223
            let noise = n < 20_000 ? Double(state) / 0x1p31 - 1 : 0, n = Double(n)
            let tone = 0.4 * sin(2 * .pi * 440 * n / 16_000)
            return Float(tone + 0.3 * sin(2 * .pi * (200 + 0.05 * n) * n / 16_000) + 0.1 * noise)
        }
        let picture = try LogMel().picture(of: samples)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Fixture.folder + "/log-mel.f32"))
        let expected = bytes.withUnsafeBytes { raw in
            (0..<4_000).map { Float(bitPattern: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
        }
        #expect(LogMel.columns(samples: 32_000) == 100 && picture.count == 4_000)
        #expect(zip(picture, expected).map { abs($0 - $1) }.max() ?? 1 < 1e-4)
    }
}
