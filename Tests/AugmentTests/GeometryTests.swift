import Augment
import Files
import Media
import Tensor
import Testing

@Suite struct GeometryTests {
    private func show(_ clip: PixelClip, _ geometry: ClipGeometry) -> PixelClip {
        var scratch = AugmentScratch()
        var result = PixelClip(frames: 1, height: 1, width: 1)
        geometry.apply(to: clip, into: &result, scratch: &scratch)
        return result
    }

    @Test func resizedCropsAgreeWithOpenCVAndAreTheSameOnEveryMachine() throws {
        let pictures = try Reference.pictures()
        let cases = try #require(Reference.file("resize.json")["cases"]?.arrayValue)
        #expect(cases.count == 16)
        for entry in cases {
            let crop = try entry.integers("crop")
            let output = try entry.integers("output")
            let geometry = ClipGeometry(
                crop: PixelRectangle(left: crop[0], top: crop[1], width: crop[2], height: crop[3]),
                output: PictureSize(height: output[0], width: output[1]), mirrored: entry["mirrored"]?.booleanValue ?? false)
            let result = show(try #require(pictures[try entry.text("picture")]), geometry)
            #expect(largestDifference(result.pixels, try entry.levels("levels")) <= 1, "\(geometry)")
            #expect(SHA256.hexadecimal(of: result.pixels) == (try entry.text("fixed")), "\(geometry)")
        }
    }

    @Test func allFramesShareTheWindowAndMirroringReversesRows() {
        let clip = Reference.noise(frames: 3, height: 12, width: 15, seed: 6)
        let geometry = ClipGeometry(
            crop: PixelRectangle(left: 2, top: 1, width: 11, height: 9), output: PictureSize(height: 7, width: 6))
        let plain = show(clip, geometry)
        let mirrored = show(clip, geometry.mirror)
        for frame in 0..<3 {
            let single = PixelClip(
                frames: 1, height: 12, width: 15, pixels: Array(clip.pixels[frame * 540..<(frame + 1) * 540]))
            #expect(show(single, geometry).pixels == Array(plain.pixels[frame * 126..<(frame + 1) * 126]))
        }
        for row in 0..<21 {
            for x in 0..<6 {
                let here = (row * 6 + x) * 3
                let there = (row * 6 + 5 - x) * 3
                #expect(plain.pixels[here..<here + 3] == mirrored.pixels[there..<there + 3])
            }
        }
    }

    @Test func pointsAndDisplacementsMoveWithThePixels() {
        let crop = PixelRectangle(left: 10, top: 20, width: 40, height: 50)
        let plain = ClipGeometry(crop: crop, output: PictureSize(height: 100, width: 20))
        #expect(plain.point(x: 10, y: 20) == (0, 0) && plain.point(x: 50, y: 70) == (20, 100))
        #expect(plain.displacement(x: 2, y: -3) == (1, -6))
        #expect(plain.mirror.point(x: 10, y: 20) == (20, 0) && plain.mirror.point(x: 40, y: 45) == (5, 50))
        #expect(plain.mirror.displacement(x: 2, y: -3) == (-1, -6))
        // A bright dot lands where its centre is said to.
        var clip = PixelClip(frames: 1, height: 12, width: 12)
        clip.pixels[(5 * 12 + 7) * 3] = 255
        let geometry = ClipGeometry(
            crop: PixelRectangle(left: 4, top: 2, width: 8, height: 8), output: PictureSize(side: 24), mirrored: true)
        let shown = show(clip, geometry)
        let brightest = shown.pixels.indices.max { shown.pixels[$0] < shown.pixels[$1] } ?? 0
        let expected = geometry.point(x: 7.5, y: 5.5)
        #expect(Double(brightest / 3 % 24) + 0.5 == expected.x && Double(brightest / 3 / 24) + 0.5 == expected.y)
    }

    @Test func randomResizedCropsHaveTheAreasAspectsAndPlacesOfTheCard() throws {
        let weak = try WeakAugmentation(output: PictureSize(side: 112))
        let frame = PictureSize(height: 240, width: 320)
        var areas: [Double] = []
        var mirrored = 0
        for sample in 0..<4000 {
            var stream = RandomKeyFixture.stream(UInt64(sample))
            let geometry = weak.draw(frame: frame, using: &stream)
            let crop = geometry.crop
            #expect(crop.left + crop.width <= 320 && crop.top + crop.height <= 240 && geometry.output == PictureSize(side: 112))
            let aspect = Double(crop.width) / Double(crop.height)
            #expect(aspect > 0.73 && aspect < 1.36)
            areas.append(Double(crop.width * crop.height) / (320 * 240))
            mirrored += geometry.mirrored ? 1 : 0
        }
        #expect((areas.min() ?? 0) > 0.075 && (areas.max() ?? 2) <= 1 && (areas.max() ?? 0) > 0.95)
        // Windows of the rule in 256 x 341, 100,000 of them drawn by numpy: mean area 0.4340, deviation 0.2173.
        let mean = areas.reduce(0, +) / 4000
        let deviation = (areas.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 4000).squareRoot()
        #expect(abs(mean - 0.4340) < 0.012 && abs(deviation - 0.2173) < 0.008)
        #expect(abs(mirrored - 2000) < 160)
    }

    @Test func aWindowThatNeverFitsBecomesTheLargestCentralSquare() throws {
        let weak = try WeakAugmentation(
            output: PictureSize(side: 8), crop: .areaAndAspect(shortSide: 20, area: 1...1, aspect: 1...1), mirrorProbability: 0)
        var stream = RandomKeyFixture.stream(0)
        let geometry = weak.draw(frame: PictureSize(height: 40, width: 100), using: &stream)
        #expect(
            geometry
                == ClipGeometry(
                    crop: PixelRectangle(left: 30, top: 0, width: 40, height: 40), output: PictureSize(side: 8)))
    }

    @Test func scaledCropsKeepTheAspectOfTheOutput() throws {
        let weak = try WeakAugmentation(output: PictureSize(height: 56, width: 56), crop: .scale(0.8...1))
        var sides: Set<Int> = []
        for sample in 0..<300 {
            var stream = RandomKeyFixture.stream(UInt64(sample))
            let crop = weak.draw(frame: PictureSize(height: 96, width: 128), using: &stream).crop
            #expect(crop.width == crop.height && (77...96).contains(crop.width))
            #expect(crop.left + crop.width <= 128 && crop.top + crop.height <= 96)
            sides.insert(crop.width)
        }
        #expect(sides.count > 15)
    }

    @Test func theSameKeyDrawsTheSameGeometry() throws {
        let weak = try WeakAugmentation(output: PictureSize(side: 112))
        let frame = PictureSize(height: 240, width: 320)
        for sample in 0..<20 {
            var first = RandomKeyFixture.stream(UInt64(sample))
            var second = RandomKeyFixture.stream(UInt64(sample))
            #expect(weak.draw(frame: frame, using: &first) == weak.draw(frame: frame, using: &second))
        }
    }

    @Test func threeCropsLieAlongTheLongSide() throws {
        let crops = try EvaluationCrops(shortSide: 256, output: PictureSize(side: 256), layout: .three)
        let wide = crops.geometries(of: PictureSize(height: 240, width: 320)).map(\.crop)
        // 256 x 341: windows at 0, 42, 84, whose edges are scaled by 320 / 341 and rounded.
        #expect(wide.map(\.left) == [0, 39, 79] && wide.map(\.width) == [240, 241, 240])
        #expect(wide.allSatisfy { $0.top == 0 && $0.height == 240 })
        let tall = crops.geometries(of: PictureSize(height: 512, width: 256)).map(\.crop)
        #expect(tall.map(\.top) == [0, 128, 256] && tall.allSatisfy { $0.left == 0 && $0.width == 256 && $0.height == 256 })
        let square = crops.geometries(of: PictureSize(side: 100)).map(\.crop)
        #expect(square.count == 3 && Set(square) == [PixelRectangle(left: 0, top: 0, width: 100, height: 100)])
    }

    @Test func theCentreCropIsCentral() throws {
        let crops = try EvaluationCrops(shortSide: 256, output: PictureSize(side: 224), layout: .centre)
        // 240 x 320 becomes 256 x 341; the window there is [58, 282) x [16, 240).
        let geometries = crops.geometries(of: PictureSize(height: 240, width: 320))
        #expect(
            geometries == [
                ClipGeometry(
                    crop: PixelRectangle(left: 54, top: 15, width: 211, height: 210), output: PictureSize(side: 224))
            ])
    }

    @Test func impossibleWindowsAreRefused() {
        #expect(throws: AugmentError.self) {
            try EvaluationCrops(shortSide: 112, output: PictureSize(side: 128), layout: .centre)
        }
        #expect(throws: AugmentError.self) { try WeakAugmentation(output: PictureSize(side: 8), crop: .scale(0...1)) }
        #expect(throws: AugmentError.self) {
            try WeakAugmentation(output: PictureSize(side: 8), crop: .areaAndAspect(shortSide: 0, area: 0.1...1, aspect: 1...1))
        }
        #expect(throws: AugmentError.outOfRange(setting: "mirror probability", found: "1.5", expected: "0...1")) {
            try WeakAugmentation(output: PictureSize(side: 8), mirrorProbability: 1.5)
        }
    }
}
