import Datasets
import Files
import Foundation
import Testing

@Suite struct MotionsClipTests {
    /// Pictures and sound of these clips, the same on every machine.
    static let digests = [
        "351d2d776395925dde456ae6eb6737add12eea64ab5c192db43978e0a6c3f6f6",
        "dcc33a671942e074ea8dfa7609b27de33392a66c2473b6ee681f64acb64a26dc",
        "ca668e11ee953ff17d2ce89ddd583f077c2378b01997fc7d324f1ae7f58b65ee",
        "65dbd55249e3d32b863528bd857931529adf71bf71939f6dab7ae232d0786ae5",
        "4cd0bf55479104bcaf76c529d725e5ee1db14f171eedb9448dd415e40f53bc84",
        "2b6ca333a8921a61fe26997e4af8664350e27b7b8c9fd4ce3721caab2b854811",
        "b87c2612f528df47f8a99181ead279fea38b14facf79c8d32cb46071a3d8abea",
        "36562694c4e086c8da80bfa5a7395e0cbd3b44ad0992735807929ced64d819ca",
        "7c55200dc13fcf8334aa11377d9fd3b5935b87a782f9b4d56f4045ecda8fde34",
        "e5bc80f2d51d035fafe0e8f3db518fdaaa7234321fd1cf671671d321ae106cfe",
        "aaee4005bee0c43f5736d5e8b81082ecb72eebabeff908041f96a30ffdbc42fa",
        "de24a5be0b683ec726678614025edacbc7eb99911ea89851b06ef8271cfbda38",
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
