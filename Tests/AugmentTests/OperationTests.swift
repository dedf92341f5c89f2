import Augment
import Files
import Media
import Testing

@Suite struct OperationTests {
    private func operation(_ name: String, _ argument: Double) throws -> AugmentOperation {
        switch try #require(AugmentOperation.Kind(rawValue: name)) {
        case .shearX: .shearX(degrees: argument)
        case .shearY: .shearY(degrees: argument)
        case .translateX: .translateX(fraction: argument)
        case .translateY: .translateY(fraction: argument)
        case .rotate: .rotate(degrees: argument)
        case .posterize: .posterize(bits: Int(argument))
        case .solarize: .solarize(threshold: argument)
        case .color: .color(factor: argument)
        case .contrast: .contrast(factor: argument)
        case .brightness: .brightness(factor: argument)
        case .sharpness: .sharpness(factor: argument)
        case .autoContrast: .autoContrast
        case .equalize: .equalize
        case .invert: .invert
        case .cutout: .cutout(centreX: 0.5, centreY: 0.5, side: argument)
        }
    }

    /// Applies an operation to a clip.
    private func apply(_ operation: AugmentOperation, to clip: PixelClip, border: UInt8 = 0) -> PixelClip {
        var scratch = AugmentScratch()
        var result = PixelClip(frames: 1, height: 1, width: 1)
        operation.apply(to: clip, into: &result, scratch: &scratch, borderLevel: border)
        return result
    }

    @Test func lookupAndEnhancementOperationsEqualPillowToTheBit() throws {
        let pictures = try Reference.pictures()
        let cases = try #require(Reference.file("pillow.json")["cases"]?.arrayValue).filter { $0["sha256"] != nil }
        #expect(cases.count == 315)
        for entry in cases {
            let name = try entry.text("picture")
            let argument = try entry.real("argument")
            let result = apply(
                try operation(try entry.text("operation"), argument), to: try #require(pictures[name]))
            #expect(SHA256.hexadecimal(of: result.pixels) == (try entry.text("sha256")), "\(entry) \(argument) on \(name)")
        }
    }

    @Test func geometricOperationsAgreeWithPillowToOneLevel() throws {
        let pictures = try Reference.pictures()
        let cases = try #require(Reference.file("pillow.json")["cases"]?.arrayValue).filter { $0["levels"] != nil }
        #expect(cases.count == 90)
        for entry in cases {
            let operation = try operation(try entry.text("operation"), try entry.real("argument"))
            let name = try entry.text("picture")
            let result = apply(operation, to: try #require(pictures[name]), border: UInt8(try entry.integer("fill")))
            #expect(largestDifference(result.pixels, try entry.levels("levels")) <= 1, "\(operation) on \(name)")
        }
    }

    @Test func everyFrameIsChangedAsIfItStoodAlone() throws {
        let clip = Reference.noise(frames: 3, height: 14, width: 11, seed: 4)
        var stream = RandomKeyFixture.stream(5)
        for kind in AugmentOperation.Kind.allCases {
            let operation = kind.draw(magnitude: 9, using: &stream)
            let whole = apply(operation, to: clip)
            let size = 14 * 11 * 3
            for frame in 0..<3 {
                let levels = Array(clip.pixels[frame * size..<(frame + 1) * size])
                let alone = apply(operation, to: PixelClip(frames: 1, height: 14, width: 11, pixels: levels))
                #expect(Array(whole.pixels[frame * size..<(frame + 1) * size]) == alone.pixels, "\(operation)")
            }
        }
    }

    @Test func magnitudeNineGivesTheParametersOfTheCard() {
        var stream = RandomKeyFixture.stream(1)
        for kind in AugmentOperation.Kind.allCases {
            switch kind.draw(magnitude: 9, using: &stream) {
            case .shearX(let degrees), .shearY(let degrees): #expect(abs(abs(degrees) - 15.471) < 1e-12)
            case .translateX(let fraction), .translateY(let fraction): #expect(abs(abs(fraction) - 0.18) < 1e-12)
            case .rotate(let degrees): #expect(abs(abs(degrees) - 27) < 1e-12)
            case .posterize(let bits): #expect(bits == 3)
            case .solarize(let threshold): #expect(abs(threshold - 230.4) < 1e-12)
            case .color(let factor), .contrast(let factor), .brightness(let factor), .sharpness(let factor):
                #expect(abs(factor - 1.72) < 1e-12)
            case .cutout(let x, let y, let side):
                #expect((0..<1).contains(x) && (0..<1).contains(y) && abs(side - 0.18) < 1e-12)
            case .autoContrast, .equalize, .invert: break
            }
        }
    }

    @Test func drawnStrengthsSpreadFromNoChangeToTheParametersOfTheCard() {
        var stream = RandomKeyFixture.stream(2)
        func spread(_ kind: AugmentOperation.Kind, _ parameter: (AugmentOperation) -> Double?) -> ClosedRange<Double>? {
            let values = (0..<400).compactMap { _ in parameter(kind.draw(magnitude: 9, strength: .drawn, using: &stream)) }
            guard let least = values.min(), let most = values.max(), values.count == 400 else { return nil }
            return least...most
        }
        func expect(_ found: ClosedRange<Double>?, _ range: ClosedRange<Double>, _ kind: AugmentOperation.Kind) {
            let slack = 0.03 * (range.upperBound - range.lowerBound)
            guard let found else {
                Issue.record("\(kind) drew another operation")
                return
            }
            #expect(
                abs(found.lowerBound - range.lowerBound) < slack && abs(found.upperBound - range.upperBound) < slack, "\(kind)")
            #expect(range.lowerBound - 1e-9 <= found.lowerBound && found.upperBound <= range.upperBound + 1e-9, "\(kind)")
        }
        expect(spread(.rotate) { if case .rotate(let degrees) = $0 { degrees } else { nil } }, -27...27, .rotate)
        expect(spread(.shearX) { if case .shearX(let degrees) = $0 { degrees } else { nil } }, -15.471...15.471, .shearX)
        expect(spread(.translateY) { if case .translateY(let part) = $0 { part } else { nil } }, -0.18...0.18, .translateY)
        expect(spread(.brightness) { if case .brightness(let factor) = $0 { factor } else { nil } }, 0.28...1.72, .brightness)
        expect(spread(.posterize) { if case .posterize(let bits) = $0 { Double(bits) } else { nil } }, 3...8, .posterize)
        expect(spread(.solarize) { if case .solarize(let level) = $0 { level } else { nil } }, 230.4...256, .solarize)
        expect(spread(.cutout) { if case .cutout(_, _, let side) = $0 { side } else { nil } }, 0...0.18, .cutout)
    }

    @Test func aPositiveShiftMovesThePictureRightAndDown() {
        var clip = PixelClip(frames: 1, height: 4, width: 4)
        clip.pixels[(1 * 4 + 1) * 3] = 200
        let right = apply(.translateX(fraction: 0.25), to: clip)
        #expect(right.pixels[(1 * 4 + 2) * 3] == 200 && right.pixels.reduce(0) { $0 + Int($1) } == 200)
        let down = apply(.translateY(fraction: 0.5), to: clip)
        #expect(down.pixels[(3 * 4 + 1) * 3] == 200 && down.pixels.reduce(0) { $0 + Int($1) } == 200)
    }

    @Test func aCutoutIsASquareClippedAtTheEdgeInEveryFrame() {
        let clip = PixelClip(frames: 2, height: 10, width: 20)
        let inside = apply(.cutout(centreX: 0.5, centreY: 0.5, side: 0.4), to: clip)
        for (index, level) in inside.pixels.enumerated() {
            let (y, x) = (index / 60 % 10, index / 3 % 20)
            #expect(level == ((3..<7).contains(y) && (8..<12).contains(x) ? 128 : 0))
        }
        let corner = apply(.cutout(centreX: 0, centreY: 0.99, side: 0.4), to: clip)
        #expect(corner.pixels.filter { $0 == 128 }.count == 2 * 2 * 3 * 3)
    }
}
