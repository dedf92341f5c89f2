import Augment
import Media
import Tensor
import Testing

@Suite struct StrongAugmentationTests {
    @Test func twoDistinctOperationsAreDrawnAndAllOfThemOccurEquallyOften() throws {
        let strong = try StrongAugmentation()
        var counts: [AugmentOperation.Kind: Int] = [:]
        for sample in 0..<6000 {
            var stream = RandomKeyFixture.stream(UInt64(sample))
            let drawn = strong.draw(using: &stream).operations.map(\.kind)
            #expect(drawn.count == 2 && Set(drawn).count == 2)
            for kind in drawn { counts[kind, default: 0] += 1 }
        }
        // 800 expected for each of fifteen, standard deviation 26.
        #expect(counts.count == 15 && counts.values.allSatisfy { abs($0 - 800) < 130 })
    }

    @Test func bothSignsOccurFromClipToClip() throws {
        let shear = try StrongAugmentation(operations: [.shearX], operationCount: 1)
        let positive = (0..<400).filter { sample in
            var stream = RandomKeyFixture.stream(UInt64(sample))
            if case .shearX(let degrees) = shear.draw(using: &stream).operations[0] { return degrees > 0 }
            return false
        }
        #expect((150...250).contains(positive.count))
    }

    @Test func theSameKeyGivesTheSameBits() throws {
        let strong = try StrongAugmentation(cutoutSide: 0...0.5)
        let weak = Reference.noise(frames: 4, height: 21, width: 18, seed: 2)
        var scratch = AugmentScratch()
        var reused = PixelClip(frames: 1, height: 1, width: 1)
        for sample in 0..<50 {
            var first = RandomKeyFixture.stream(UInt64(sample))
            var second = RandomKeyFixture.stream(UInt64(sample))
            let draw = strong.draw(using: &first)
            #expect(draw == strong.draw(using: &second))
            var fresh = PixelClip(frames: 1, height: 1, width: 1)
            var own = AugmentScratch()
            draw.apply(to: weak, into: &fresh, scratch: &own)
            draw.apply(to: weak, into: &reused, scratch: &scratch)
            #expect(fresh == reused, "scratch memory must not show: \(draw)")
        }
    }

    @Test func theStrongViewIsTheWeakOneUnderItsOperationsInOrder() throws {
        let weak = Reference.noise(frames: 2, height: 16, width: 16, seed: 3)
        var scratch = AugmentScratch()
        let strong = try StrongAugmentation(operationCount: 3, cutoutSide: 0.5...0.5, borderLevel: 17, cutoutLevel: 99)
        for sample in 0..<30 {
            var stream = RandomKeyFixture.stream(UInt64(sample))
            let draw = strong.draw(using: &stream)
            var expected = weak
            for operation in draw.operations {
                var next = weak
                operation.apply(to: expected, into: &next, scratch: &scratch, borderLevel: 17, cutoutLevel: 99)
                expected = next
            }
            var result = weak
            draw.apply(to: weak, into: &result, scratch: &scratch)
            #expect(result == expected)
        }
        let nothing = try StrongAugmentation(operationCount: 0)
        var stream = RandomKeyFixture.stream(0)
        var result = PixelClip(frames: 1, height: 1, width: 1)
        nothing.draw(using: &stream).apply(to: weak, into: &result, scratch: &scratch)
        #expect(result == weak)
    }

    @Test func operationsKeepTheOrderOfTheListAndTheLargeCutoutComesLast() throws {
        let strong = try StrongAugmentation(operationCount: 5, cutoutSide: 0.1...0.5)
        for sample in 0..<100 {
            var stream = RandomKeyFixture.stream(UInt64(sample))
            let drawn = strong.draw(using: &stream).operations
            let places = drawn.dropLast().map { AugmentOperation.Kind.allCases.firstIndex(of: $0.kind) ?? -1 }
            #expect(places == places.sorted() && drawn.count == 6)
            guard case .cutout(_, _, let side)? = drawn.last else {
                Issue.record("no cut-out at the end of \(drawn)")
                continue
            }
            #expect((0.1...0.5).contains(side))
        }
    }

    @Test func impossibleSettingsAreRefusedBySettingAndRange() {
        #expect(throws: AugmentError.outOfRange(setting: "strong magnitude", found: "11.0", expected: "0...10")) {
            try StrongAugmentation(magnitude: 11)
        }
        #expect(throws: AugmentError.self) { try StrongAugmentation(operations: [.invert, .invert]) }
        #expect(throws: AugmentError.self) { try StrongAugmentation(operations: [.invert], operationCount: 2) }
        #expect(throws: AugmentError.self) { try StrongAugmentation(cutoutSide: 0...1.5) }
        let error = AugmentError.outOfRange(setting: "strong magnitude", found: "11.0", expected: "0...10")
        #expect(error.description == "strong magnitude is 11.0; expected 0...10" && error.exitCode.rawValue == 78)
    }
}
