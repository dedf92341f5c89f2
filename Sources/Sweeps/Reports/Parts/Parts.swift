/// A paragraph, such as what is not there and why.
struct Note: PagePart {
    static let template = Templates.Name.note

    let text: String
    /// Whether it tells of something that is missing or went wrong.
    let isWarning: Bool

    init(_ text: String, isWarning: Bool = false) {
        self.text = text
        self.isWarning = isWarning
    }
}

/// The numbers that are looked at first.
struct Headline: PagePart {
    /// One number with its name, and what has to be known of it.
    struct Figure {
        let name: String, value: String
        var detail: String?
    }

    static let template = Templates.Name.headline

    let figures: [Figure]
}

/// Names and values below each other.
struct Facts: PagePart {
    /// One fact.
    struct Fact {
        let name: String, value: String
    }

    static let template = Templates.Name.facts

    let facts: [Fact]

    init(_ facts: [(String, String)]) { self.facts = facts.map { Fact(name: $0, value: $1) } }
}

/// Clips with frames and what a network made of them.
struct ClipCards: PagePart {
    /// One clip.
    struct Card {
        let video: String, label: String, prediction: String
        let isRight: Bool
        /// The likeliest classes with their probabilities, as text.
        let probabilities: String
        /// The address of a picture of its frames, as data, and its size in pixels; nil where there is none.
        let picture: String?
        let width: Int, height: Int
    }

    static let template = Templates.Name.clipCards

    let title: String, caption: String?
    let cards: [Card]
}
