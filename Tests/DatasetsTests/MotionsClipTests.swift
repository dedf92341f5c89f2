import Datasets
import Files
import Foundation
import Testing

@Suite struct MotionsClipTests {
    /// Pictures and sound of these clips, the same on every machine.
    static let digests = [
        "abddc911080096c2756a6eb815444943dfeb43acf69e16421ca86ed7f0593d43",
        "c4ab70edb48b3838e723ab8ce22430c76fa5d8c0a3182be12d9211b097a3bfc7",
        "dd2e8c92f0453eb1250c0aa9ddb646424cd1630b55c15c934d8b6b8b6ec0ce97",
        "74becad9756fdb703f0e10079272efd41607011cbf892a4dd15d684feeabab87",
        "d1a92e48c60e149903979a186a4a1870c1cf7e52ca35c4cd0d8df4e0bc49f0f7",
        "ff1059ba4656daf6d2f887ccccd1be83c4d77c2f60dc07d187d9cd5ad70caccb",
        "1d15cc5833ab0d70e2db9f8597e75acaac4ad9e4ac7a968b771ed5bde5aabc03",
        "d7afa1f890ed31f1ea06995b7680fdcb3d525a4269097305815b8ba8e2bf2772",
        "fee290a68b99a5ca5fa09b8abd242d8345f07be4e41ad631d8a14a2a43c265e6",
        "28864411cfb416ce8ea62f1e7aa8dfef5207a2a83ae2173a511e63c0bb4f5261",
        "94e7fc8e7d3230797864bbf2673bc84015eedc2ea6c15f58dfe96fa9809108f8",
        "f55cbf10c87eeb5f3dad4f8b25d99b6c5c44460aaebbc185f3ba1c4ea4c899be",
    ]

    @Test func contentIsTheSameOnEveryMachine() {
        let digests = Motions.clips(.init(train: 10, test: 2)).map { $0.contentDigest() }
        #expect(digests == Self.digests)
    }

    @Test func classesTakeTurns() {
        let clips = Motions.clips()
        #expect(clips.count == 1_300)
        for (split, count) in [(Motions.Split.train, 100), (.test, 30)] {
            for motion in Motions.Motion.allCases {
                #expect(clips.filter { $0.split == split && $0.motion == motion }.count == count)
            }
        }
        #expect(Set(clips.map(\.relativePath)).count == clips.count)
    }

    @Test func posesFollowTheClass() {
        for clip in Motions.clips(.init(train: 200, test: 0)) {
            let poses = (0..<Motions.frameCount).map { clip.pose(atFrame: $0) }
            let (first, last) = (poses[0], poses[Motions.frameCount - 1])
            let steps = zip(poses, poses.dropFirst())
            let lengths = steps.map { hypot($1.x - $0.x, $1.height - $0.height) }
            switch clip.motion {
            case .still: #expect(poses.allSatisfy { $0 == first })
            case .up: #expect(last.height - first.height > 20)
            case .down: #expect(last.height - first.height < -20)
            case .sideways: #expect(abs(last.x - first.x) > 20 && abs(last.height - first.height) < 8)
            case .grow: #expect(last.radius > 1.9 * first.radius)
            case .shrink: #expect(first.radius > 1.9 * last.radius)
            case .spin: #expect(abs(last.angle - first.angle) > 1 && lengths.max() == 0)
            case .orbit: #expect(lengths.reduce(0, +) > 50 && last.radius == first.radius)
            case .blink: #expect(steps.filter { $0.swapped != $1.swapped }.count == 7)
            case .jump: #expect(lengths.filter { $0 >= 10 }.count == 7 && lengths.filter { $0 == 0 }.count == 24)
            }
        }
    }

    /// Against the background that the object left behind: the pixels that change lie where the object is.
    @Test func picturesShowTheMotion() {
        let clip = Motions.Clip(split: .train, index: 3)
        #expect(clip.motion == .jump)
        let (pictures, size) = (clip.pictures(), 96 * 96 * 3)
        #expect(pictures.count == 32 * size)
        for frame in stride(from: 4, to: 32, by: 4) {
            for pose in [clip.pose(atFrame: frame - 1), clip.pose(atFrame: frame)] {
                let (x, y) = (Int(48 + 1.5 * pose.x), Int(48 - 1.5 * pose.height))
                let pixel = frame * size + (y * 96 + x) * 3
                #expect(abs(Int(pictures[pixel]) - Int(pictures[pixel - size])) > 30)
            }
        }
    }

    @Test func loudnessFollowsTheSize() {
        for motion in [Motions.Motion.grow, .shrink] {
            let correlations = clips(of: motion, 8).map { clip in
                let loudness = spans(of: clip.sound()).map { sqrt($0.reduce(0) { $0 + $1 * $1 } / Double($0.count)) }
                return correlation(loudness, (0..<32).map { clip.pose(atFrame: $0).radius })
            }
            #expect(correlations.reduce(0, +) / 8 > 0.7, "\(motion): \(correlations)")
        }
    }

    @Test func pitchFollowsTheHeight() {
        for motion in [Motions.Motion.up, .down, .orbit] {
            let correlations = clips(of: motion, 8).map { clip in
                let crossings = spans(of: clip.sound()).map { span in
                    Double(zip(span, span.dropFirst()).filter { ($0 < 0) != ($1 < 0) }.count)
                }
                return correlation(crossings, (0..<32).map { clip.pose(atFrame: $0).height })
            }
            #expect(correlations.reduce(0, +) / 8 > 0.5, "\(motion): \(correlations)")
        }
    }

    private func clips(of motion: Motions.Motion, _ count: Int) -> [Motions.Clip] {
        Array(Motions.clips(.init(train: 10 * count, test: 0)).filter { $0.motion == motion })
    }

    /// The samples of each picture's time.
    private func spans(of sound: [Int16]) -> [[Double]] {
        stride(from: 0, to: sound.count, by: 1_000).map { sound[$0..<$0 + 1_000].map(Double.init) }
    }

    private func correlation(_ a: [Double], _ b: [Double]) -> Double {
        let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
        var (product, squareA, squareB) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            product += (x - meanA) * (y - meanB)
            squareA += (x - meanA) * (x - meanA)
            squareB += (y - meanB) * (y - meanB)
        }
        return product / (squareA * squareB).squareRoot()
    }
}
