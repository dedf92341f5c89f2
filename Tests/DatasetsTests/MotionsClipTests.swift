import Datasets
import Files
import Foundation
import Testing

@Suite struct MotionsClipTests {
    /// Pictures and sound of these clips, the same on every machine.
    static let digests = [
        "76387d571e518598a04e2d063f54aca9946b3e36f874fc4b02074582ee4796e5",
        "16555b885a44ae4b85a5a9dbffba599d21d4e468e6bd0aa61ffe3de84295b9e9",
        "8be35b6b23759c26a2109a3ca6a0da6c15dd675ccd34b70dc12fc02d1ffeb6c7",
        "d9271519347e3583b9427ee1ac5ce2575387dacd77944b0d3af821c01cad5f8b",
        "7439bab29c98285c43280a439aaf13e1e2daa8c1a7a61c177a69454d378a076c",
        "9fac55825360fea5c0062e83383d296aab96830b835d493554bb4d0a2c2c4ccf",
        "6079d5f49ee57a90d3e2834bb519e39b073e6fbf514c68ecbcc36ab8f783c51f",
        "8a41d106bb388f179723e99949ad054c8c9cb7fd2eaa441727212f80e5292e15",
        "6c0f72b23a3d2f02f3a97b07003fee071cf63165df7447e3494b1d8a7b33e5f1",
        "76dad07352bc9bfecf0c338c10c1fe2d4671ffcb29a8626f37ba04413f0a177f",
        "d36d4a653285e27436e41878a6704cef3f0dd98ef8fb60dd98854411484be2ed",
        "a52e83a81d6ef907ddaf06545e9b65f97e9a2daf057f28d51779cd093eef4b74",
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
