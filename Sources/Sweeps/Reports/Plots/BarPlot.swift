/// A plot of bars that lie below each other, each with its name, such as the accuracy of every class.
struct BarPlot: PagePart {
    /// What is drawn of one thing.
    struct Bar {
        let name: String
        /// The length as a share of the longest that there may be, from 0 to 1.
        let share: Double
        /// What is written beside it.
        let text: String
    }

    /// A bar as it is drawn.
    struct Drawn {
        let label: String, name: String, text: String, top: String, middle: String, width: String
    }

    /// A line across all bars, and what it stands for.
    struct Reference {
        let place: String, words: String
    }

    static let template = Templates.Name.barPlot

    let title: String, caption: String?, summary: String
    let bars: [Drawn]
    let height: Int, bottom: Int
    let reference: Reference?
    /// Whether there are so many that they scroll.
    let isLong: Bool

    private static let rowHeight = 20, start = 124.0, width = 186.0, labelLetters = 14, longest = 30

    /// A plot of `bars` from above.
    ///
    /// - Parameter reference: A share that is drawn across all bars, and what it stands for.
    init(title: String, caption: String? = nil, reference: (share: Double, text: String)? = nil, _ bars: [Bar]) {
        self.title = title
        self.caption = caption
        summary = bars.map { "\($0.name): \($0.text)" }.joined(separator: "; ")
        self.bars = bars.enumerated().map { number, bar in
            let top = number * Self.rowHeight, length = min(1, max(0, bar.share)) * Self.width
            return Drawn(
                label: Words.shortened(bar.name, to: Self.labelLetters), name: bar.name, text: bar.text, top: "\(top + 3)",
                middle: "\(top + 14)", width: length.drawn)
        }
        bottom = bars.count * Self.rowHeight
        height = bottom + (reference == nil ? 2 : 18)
        self.reference = reference.map {
            Reference(place: (Self.start + min(1, max(0, $0.share)) * Self.width).drawn, words: $0.text)
        }
        isLong = bars.count > Self.longest
    }
}
