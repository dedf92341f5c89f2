import Files
import Tensor

extension Motions {
    /// A multiple-choice question about a clip.
    ///
    /// The text says nothing about the right answer: it names only properties that are drawn independently of the one it asks for,
    /// each of the five candidates is right equally often whenever these five are offered, and the right one may stand anywhere.
    public struct Question: Sendable, Equatable {
        /// What is asked for.
        public enum Kind: String, CaseIterable, Sendable {
            case what, way, rate, colour
        }

        /// What is asked for.
        public let kind: Kind
        /// The question.
        public let text: String
        /// Five candidate answers.
        public let answers: [String]
        /// The place of the right one in `answers`.
        public let answer: Int
    }

    /// The answers of one kind, each with the share of clips for which it is right.
    private typealias Choices = [(text: String, share: Double)]

    /// The four questions of a clip, in the order of `Question.Kind`.
    static func questions(about scene: Scene, key: RandomKey) -> [Question] {
        let motion = scene.path.motion
        let (shape, hue) = (scene.shape.name, scene.hue.rawValue)
        let act = actText(of: motion)
        return Question.Kind.allCases.map { kind in
            let (text, choices, right): (String, Choices, String) =
                switch kind {
                case .what: ("What is the \(hue) thing that \(act)?", shapeChoices, shape)
                case .way: ("Which way does the \(hue) \(shape) go?", wayChoices, wayText(of: scene.path))
                case .rate: ("How fast or how often does the \(hue) \(shape) move?", rateChoices, rateText(of: scene.path))
                case .colour: ("What colour is the \(shape) that \(act)?", hueChoices, hue)
                }
            var random = key.derived("question \(kind)").stream
            let candidates = candidates(from: choices, including: right, random: &random)
            let order = random.permutation(of: candidates.count)
            let answers = order.map { candidates[$0] }
            return Question(kind: kind, text: text, answers: answers, answer: answers.firstIndex(of: right) ?? 0)
        }
    }

    /// Draws five of the choices, so that given the five each is right with the same probability.
    ///
    /// Let a set S come with probability P(S) such that choice a is in it with probability 5 p(a), p being its share. Drawing S until
    /// it includes the right answer gives P(S | a) = P(S) / (5 p(a)), so P(a, S) = P(S) / 5 for each a in S. Systematic sampling
    /// (Madow 1949) draws such sets; no share may exceed 1/5.
    private static func candidates(from choices: Choices, including right: String, random: inout RandomStream) -> [String] {
        while true {
            let order = random.permutation(of: choices.count)
            let start = random.uniform()
            var reached = 0.0
            var chosen: [String] = []
            for index in order {
                let before = (reached - start).rounded(.up)
                reached += 5 * choices[index].share
                // The points start, start + 1, ... below `reached`: each choice covers at most one.
                if (reached - start).rounded(.up) > before { chosen.append(choices[index].text) }
            }
            if chosen.count == 5 && chosen.contains(right) { return chosen }
        }
    }

    private static let shapeChoices: Choices = Shape.allCases.map { ($0.name, 0.2) }
    private static let hueChoices: Choices = Hue.allCases.map { ($0.rawValue, 1 / Double(Hue.allCases.count)) }
    private static let wayChoices: Choices = [
        ("to the left", 0.05), ("to the right", 0.05), ("up", 0.1), ("down", 0.1), ("closer", 0.1), ("away", 0.1),
        ("round clockwise", 0.1), ("round anticlockwise", 0.1), ("here and there", 0.1), ("it stays in place", 0.2),
    ]
    private static let rateChoices: Choices = [
        ("not at all", 0.1), ("slowly", 0.5 / 3), ("steadily", 0.5 / 3), ("quickly", 0.5 / 3),
        ("about three quarters of a turn", 0.1), ("about one turn", 0.1), ("seven times", 0.2),
    ]

    private static func actText(of motion: Motion) -> String {
        switch motion {
        case .blink: "blinks"
        case .down: "goes down"
        case .grow: "grows"
        case .jump: "jumps"
        case .orbit: "goes in a circle"
        case .shrink: "shrinks"
        case .sideways: "goes sideways"
        case .spin: "spins"
        case .still: "stays still"
        case .up: "goes up"
        }
    }

    private static func wayText(of path: Path) -> String {
        switch path.motion {
        case .blink, .still: "it stays in place"
        case .down: "down"
        case .grow: "closer"
        case .jump: "here and there"
        case .orbit, .spin: path.sign > 0 ? "round anticlockwise" : "round clockwise"
        case .shrink: "away"
        case .sideways: path.sign > 0 ? "to the right" : "to the left"
        case .up: "up"
        }
    }

    private static func rateText(of path: Path) -> String {
        switch path.motion {
        case .still: "not at all"
        case .blink, .jump: "seven times"
        case .orbit, .spin: path.share < 0.5 ? "about three quarters of a turn" : "about one turn"
        case .down, .grow, .shrink, .sideways, .up: ["slowly", "steadily", "quickly"][min(2, Int(path.share * 3))]
        }
    }
}
