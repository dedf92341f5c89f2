import Datasets
import Testing

/// What `data describe` counts, and its picture.
@Suite struct HistogramTests {
    private func bars(_ histogram: Histogram) -> [String] { histogram.bars.map { "\($0.label): \($0.count)" } }

    @Test func frequentNamesComeFirst() {
        let histogram = Histogram("codec", counted: "files", names: ["h264", "vp9", "mpeg4", "h264", "mpeg4", "h264"])
        #expect(bars(histogram) == ["h264: 3", "mpeg4: 2", "vp9: 1"])
    }

    @Test func rareNamesShareABar() {
        let names = (0..<20).flatMap { number in [String](repeating: "\(number)", count: 40 - number) }
        let histogram = Histogram("frame size", counted: "files", names: names)
        #expect(histogram.bars.count == 12 && histogram.bars[10].label == "10")
        #expect(histogram.bars[11] == .init(label: "9 others", count: (11..<20).reduce(0) { $0 + 40 - $1 }))
    }

    @Test func fewNumbersHaveABarEach() {
        let histogram = Histogram("rate", counted: "files", numbers: [30, 25, 29.97, 25])
        #expect(bars(histogram) == ["25: 2", "29.97: 1", "30: 1"])
        #expect(Histogram("rate", counted: "files", numbers: []).bars.isEmpty)
    }

    @Test func manyNumbersFallIntoEqualRanges() {
        let histogram = Histogram("frames", counted: "files", numbers: (0...60).map(Double.init) + [139])
        #expect(
            bars(histogram) == [
                "0 to <20: 20", "20 to <40: 20", "40 to <60: 20", "60 to <80: 1", "80 to <100: 0", "100 to <120: 0",
                "120 to <140: 1",
            ])
    }

    @Test func thePictureHoldsEveryBarInProportionAndEscapesNames() throws {
        let histogram = Histogram(
            "class", counted: "clips",
            bars: [.init(label: "a<b & \"c\"\u{7}", count: 4), .init(label: "d", count: 1), .init(label: "none", count: 0)])
        let svg = HistogramPicture(title: "x & y", [histogram, Histogram("empty", counted: "files", bars: [])]).svg
        #expect(svg.contains("a&lt;b &amp; &quot;c&quot;\u{FFFD}") && svg.contains("x &amp; y") && svg.contains("5 clips"))
        #expect(!svg.contains("empty"))
        let lengths = svg.matches(of: /width="(\d+)" height="14"/).compactMap { Int($0.1) }
        #expect(lengths.count == 3 && lengths[0] == 230 && lengths[1] == 230 / 4 && lengths[2] == 0)
    }
}
