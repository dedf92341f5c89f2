import Datasets
import Networks
import Training

/// The options of video question answering. What the card calls a choice is one.
public struct VideoQAOptions: ConfigurationGroup {
    /// The transformer that reads the text.
    public enum Encoder: String, ConfigurationChoice {
        /// 2 layers, 64 features, 4 heads: trained from random weights.
        case small
        /// BERT-base, whose weights are public.
        case bertBase = "bert-base"
    }

    /// How alike the masked text is to a candidate.
    public enum Similarity: String, ConfigurationChoice { case dot, cosine }

    /// The frames that a sentence looks at.
    public enum Attention: String, ConfigurationChoice {
        /// Those of its own time: the method.
        case local
        /// All of the clip.
        case global
    }

    /// What the localisation points at.
    public enum LocalizationAxis: String, ConfigurationChoice { case sentences, frames }

    /// How text and frames make the score of a candidate.
    public enum Scores: String, ConfigurationChoice {
        /// The sum of a score of each (card). What all candidates see alike, such as frames that are all the same, tells none from another.
        case sum
        /// The same and a score of their product.
        case product
    }

    /// The answers that stage 1 shows with every question.
    public enum PretrainingAnswers: String, ConfigurationChoice {
        /// All candidates, one after the other.
        case joined
        /// One of them at random.
        case drawn
        case none
    }

    /// The questions that stage 1 takes for wrong ones first.
    public enum PretrainingNegatives: String, ConfigurationChoice {
        /// Others about the same clip, scene, episode or show (card).
        case clip
        /// Those of the same kind about other clips, which only the clip can tell apart.
        case kind

        var order: QuestionPool.Order { self == .clip ? .clip : .kind }
    }

    /// What questions without an answer serve in stage 2.
    public enum AnswerRule: String, ConfigurationChoice {
        case none
        /// A confident answer to the whole text is learned from the masked text.
        case fixMatch = "fixmatch"
    }

    public var encoder = Encoder.small
    public var vocabulary: String?
    public var vocabularySize = 8_000
    public var encoderWeights: String?
    public var frames = 300
    public var encoderLearningRate = 0.5
    public var vision = true
    public var scores = Scores.product
    public var attention = Attention.local
    public var memory = 0
    public var maximumLength = 300
    public var maskRate = 0.15
    public var contrast = Similarity.dot
    public var contrastTemperature: Double?
    public var contrastWeight = 1.0
    public var localizationAxis = LocalizationAxis.sentences
    public var localizationWeight = 1.0
    public var pretrainingShare = 0.25
    public var pretrainingAnswers = PretrainingAnswers.joined
    public var pretrainingQuestions = 0
    public var pretrainingNegatives = PretrainingNegatives.clip
    public var answerRule = AnswerRule.none
    public var confidenceThreshold = 0.95
    public var unlabeledWeight = 1.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("method.encoder", \.encoder, help: "The transformer that reads the text."),
        .init("method.vocabulary", \.vocabulary, help: "A BERT vocabulary file; none: made of the training texts."),
        .init(
            "method.vocabularySize", \.vocabularySize, in: 100...1_000_000, unit: "tokens",
            help: "Tokens at most of a vocabulary that is made."),
        .init(
            "method.encoderWeights", \.encoderWeights,
            help: "A safetensors file of BERT's weights in Hugging Face's names; none: random."),
        .init("method.frames", \.frames, in: 1...100_000, help: "Frames of a clip at most, at even distances."),
        .init("method.encoderLearningRate", \.encoderLearningRate, in: 0...1, help: "Factor of the encoder's learning rate."),
        .init("method.vision", \.vision, help: "Whether frames are looked at; else text alone answers."),
        .init("method.scores", \.scores, help: "Scores of text and frames added, or also one of their product."),
        .init("method.attention", \.attention, help: "A sentence looks at the frames of its time, or at all."),
        .init("method.memory", \.memory, in: 0...4096, help: "Values of an LSTM's state each way; 0: half the features."),
        .init("method.maximumLength", \.maximumLength, in: 8...4096, unit: "tokens", help: "Longer texts lose their end."),
        .init("method.maskRate", \.maskRate, in: 0...0.9, unit: "probability", help: "Tokens that the masked text lacks."),
        .init("method.contrast", \.contrast, help: "Likeness of the masked text to a candidate."),
        .init(
            "method.contrastTemperature", \.contrastTemperature,
            help: "What divides the likeness; none: 1 for dot, 0.1 for cosine."),
        .init("method.contrastWeight", \.contrastWeight, in: 0...1000, help: "Factor of the contrast; 0: none."),
        .init("method.localizationAxis", \.localizationAxis, help: "What start and end of a span are chosen among."),
        .init("method.localizationWeight", \.localizationWeight, in: 0...1000, help: "Factor of the localisation; 0: none."),
        .init(
            "method.pretrainingShare", \.pretrainingShare, in: 0...0.95, unit: "share of the steps",
            help: "Stage 1, which asks for the question; 0: none."),
        .init("method.pretrainingAnswers", \.pretrainingAnswers, help: "Answers that stage 1 shows beside a question."),
        .init(
            "method.pretrainingQuestions", \.pretrainingQuestions, in: 0...1000,
            help: "Questions that stage 1 chooses among; 0: as many as answers."),
        .init(
            "method.pretrainingNegatives", \.pretrainingNegatives,
            help: "Wrong questions of stage 1: about the clip, or of the kind."),
        .init("method.answerRule", \.answerRule, help: "What questions without an answer serve in stage 2."),
        .init(
            "method.confidenceThreshold", \.confidenceThreshold, in: 0...1, unit: "probability",
            help: "Answers of the rule below it do not count."),
        .init("method.unlabeledWeight", \.unlabeledWeight, in: 0...1000, help: "Factor of the loss of the rule's answers."),
    ]

    /// Temperatures that are none, texts too long for BERT, weights without their vocabulary, and frames that are pointed at but not
    /// looked at.
    public var conflicts: [String] {
        var found: [String] = []
        if let contrastTemperature, !(0.001...1000).contains(contrastTemperature) {
            found.append("method.contrastTemperature=\(contrastTemperature): expected a number from 0.001 to 1000")
        }
        if encoder == .bertBase, maximumLength > TextEncoder.Form().positions {
            found.append("method.maximumLength=\(maximumLength): bert-base reads \(TextEncoder.Form().positions) tokens at most")
        }
        if encoderWeights != nil, vocabulary == nil {
            found.append("method.encoderWeights needs method.vocabulary, the file that came with the weights")
        }
        if !vision, localizationAxis == .frames, localizationWeight > 0 {
            found.append("method.localizationAxis=frames needs method.vision=true, or method.localizationWeight=0")
        }
        return found
    }

    /// The encoder of a vocabulary of so many tokens.
    public func encoderForm(tokens: Int) -> TextEncoder.Form {
        var form = TextEncoder.Form()
        form.tokens = tokens
        if encoder == .small { (form.layers, form.features, form.heads, form.hidden) = (2, 64, 4, 256) }
        if encoder == .small { form.positions = maximumLength }
        return form
    }

    /// What divides the likeness of the contrast.
    var temperature: Double { contrastTemperature ?? (contrast == .dot ? 1 : 0.1) }
}
