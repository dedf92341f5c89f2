import Media
import Testing

/// The worked examples of the compressed-domain card.
@Suite struct PixelPlaceTests {
    /// Two predicted pictures of 4 x 4 in blocks of 2 x 2: dst (3, 1) <- src (1, 1), then dst (3, 3) <- src (3, 1).
    private func places() -> PixelPlaces {
        var clip = VectorClip()
        clip.resize(frames: 2, height: 4, width: 4, cellSide: 2)
        clip.vectors = [Float](repeating: 0, count: 16)
        clip.validity = [UInt8](repeating: 0, count: 8)
        (clip.vectors[2], clip.validity[1]) = (-2, 1)
        (clip.vectors[15], clip.validity[7]) = (-2, 1)
        var places = PixelPlaces()
        places.stay(height: 4, width: 4)
        for frame in 0..<2 { places.follow(clip, frame: frame) }
        return places
    }

    @Test func accumulatedVectorsOfTheCard() {
        var clip = VectorClip()
        clip.resize(frames: 1, height: 4, width: 4, cellSide: 1)
        places().write(to: &clip, frame: 0)
        for y in 0..<4 {
            for x in 0..<4 {
                let expected: (Float, Float) = (x >= 2 ? -2 : 0, x >= 2 && y >= 2 ? -2 : 0)
                let found = clip[0, y, x] ?? (9, 9)
                #expect(found == expected, "(\(x), \(y))")
            }
        }
    }

    /// I(x, y) = 10 y + x; the second predicted picture is I moved, plus 5 at (2, 2).
    @Test func theResidualOfTheCard() {
        let levels: [UInt8] = (0..<16).map { UInt8(10 * ($0 / 4) + $0 % 4) }
        let places = places()
        func picture(_ level: (Int) -> UInt8) -> [UInt8] {
            (0..<16).flatMap { [UInt8](repeating: level($0), count: 3) }
        }
        let intra = picture { levels[$0] }
        var current = picture { place in
            let column = Int(places.places[2 * place]), row = Int(places.places[2 * place + 1])
            return levels[4 * row + column]
        }
        for channel in 0..<3 { current[3 * 10 + channel] += 5 }
        let pictures = PixelClip(frames: 2, height: 4, width: 4, pixels: intra + current)
        var residual = PixelClip(frames: 1, height: 4, width: 4)
        places.writeResidual(of: pictures, 1, from: 0, to: &residual, frame: 0)
        #expect((0..<16).allSatisfy { residual.pixels[3 * $0] == ($0 == 10 ? 133 : 128) })
    }

    /// Nothing that leads over a picture whose vectors cannot be trusted is valid, however good the rest of the way is.
    @Test func placesBehindAnUntrustedPictureAreNotValid() {
        var clip = VectorClip(), accumulated = VectorClip(), residual = PixelClip(frames: 2, height: 4, width: 4)
        clip.resize(frames: 3, height: 4, width: 4, cellSide: 4)
        clip.vectors = [1, 0, 1, 0, 1, 0]
        clip.validity = [1, 0, 1]
        clip.isTrusted[1] = false
        accumulated.resize(frames: 3, height: 4, width: 4, cellSide: 1)
        let pictures = PixelClip(frames: 2, height: 4, width: 4, pixels: (0..<96).map { UInt8(2 * $0) })
        var places = PixelPlaces()
        places.stay(height: 4, width: 4)
        for frame in 0..<3 {
            places.follow(clip, frame: frame)
            #expect(places.isTrusted == (frame == 0))
            places.write(to: &accumulated, frame: frame)
        }
        places.writeResidual(of: pictures, 1, from: 0, to: &residual, frame: 1)
        #expect(accumulated.validity == [UInt8](repeating: 1, count: 16) + [UInt8](repeating: 0, count: 32))
        #expect(accumulated.vectors[32...].allSatisfy { $0 == 0 } && accumulated[0, 0, 0]?.x == 1)
        #expect(residual.frame(1).allSatisfy { $0 == 128 })
        places.stay(height: 4, width: 4)
        #expect(places.isTrusted)
    }

    @Test func whatComesFromOutsideStays() {
        var clip = VectorClip()
        clip.resize(frames: 1, height: 8, width: 16)
        clip.vectors = [3.75, -2.5, 5, 0]
        clip.validity = [1, 1]
        var places = PixelPlaces()
        places.stay(height: 8, width: 16)
        places.follow(clip, frame: 0)
        func place(_ x: Int, _ y: Int) -> [Int16] { Array(places.places[2 * (16 * y + x)..<2 * (16 * y + x) + 2]) }
        // Rounded towards 0: (3, -2).
        #expect(place(0, 2) == [3, 0] && place(7, 7) == [10, 5] && place(0, 1) == [0, 1])
        #expect(place(10, 0) == [15, 0] && place(11, 0) == [11, 0])
    }
}
