import Datasets
import Files
import Foundation
import Testing

@Suite struct MotionsClipTests {
    /// Pictures and sound of these clips, the same on every machine.
    static let digests = [
        "774e8b79df4e15753c519060dac022affcf1ec15f495e16ed21281320e381c77",
        "43aa55d5bedde6735b3287416d809f84b6e8fd32e1dc289da91c6dd3015c7577",
        "0e70e26381210721cfde79f1eb5379a6280d51cef96b015289a81139ddfe46ad",
        "582c23895e041bfd1a0e8fea719822d109496164af76ca3a20bf738bd916bb38",
        "12828f8361b870bab7556abe69a78814c8b326b325cef7932bd2091c37c6f0e4",
        "1cfd3d9c61032c8fd531ef0096c0767ba76f1edc920686e99a6c3d3480051c0c",
        "20fe3832c6a6e06589f69f1d48fb35667c1fb43bb7975f8be80e6ab17046c728",
        "7df377bbda2e2d02cb9ed1b206847bc97c5558c10b17de05606327806087d7f6",
        "71ca6a30939f83763b63b00585f4dd97923e8ac9c7cf3eb5d31d048cc47bc3d8",
        "76fb51ad7a945d4261c963731e9a46ea8375883ca6845bc3d9a212fb341fd13b",
        "45a2414ee6fd8617ff3a87034291a71a2b853c28fde07779a8012b39d79779bf",
        "4545bc545e28382fa2f14cbf732c188e004df0706d04713c49b6d18eac9c6761",
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
            case .grow: #expect(last.radius > 2.4 * first.radius)
            case .shrink: #expect(first.radius > 2.4 * last.radius)
            case .spin: #expect(abs(last.angle - first.angle) > 0.55 && lengths.max() == 0)
            case .orbit: #expect(lengths.reduce(0, +) > 44 && last.radius == first.radius)
            case .blink: #expect(steps.filter { $0.swapped != $1.swapped }.count == 7)
            case .jump: #expect(lengths.filter { $0 >= 14 }.count == 7 && lengths.filter { $0 == 0 }.count == 24)
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
