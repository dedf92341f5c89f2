import Datasets
import Tensor

/// Questions as rows of tokens.
struct QuestionTexts {
    let table: QuestionTable
    let tokenizer: WordPieceTokenizer
    let options: VideoQAOptions

    /// The vocabulary of the training questions, their answers and what is said in their clips.
    static func vocabulary(of table: QuestionTable, size: Int) throws -> Vocabulary {
        var builder = VocabularyBuilder(minimumCount: 1), clips: Set<String> = []
        for sample in table.trainingSamples {
            let question = table[sample], context = table.context(ofSample: sample)
            for text in [question.text] + question.answers { builder.add(text) }
            guard clips.insert(question.clip).inserted else { continue }
            for text in context.objects + context.subtitles.map(\.text) { builder.add(text) }
        }
        return try builder.vocabulary(size: size)
    }

    /// The rows of stage 2: the question with each of its candidates.
    func answers(_ sample: Int) -> [TextRows.Row] {
        let question = table[sample]
        return rows(sample, question.answers.map { (question.text, $0) })
    }

    /// The rows of stage 1: each of `questions`, samples all, with one and the same answer text, in the clip of `sample`.
    func questions(_ questions: [Int], about sample: Int, answer: String) -> [TextRows.Row] {
        rows(sample, questions.map { (table[$0].text, answer) })
    }

    /// `row` without some of its tokens, of which the answer keeps one.
    func masked(_ row: TextRows.Row, key: RandomKey) -> TextRows.Row {
        let masked = TokenMasking(rate: options.maskRate).masked(
            row.tokens.map(Int32.init), protected: row.answer, vocabulary: tokenizer.vocabulary, key: key)
        return row.with(tokens: masked.map(Int.init))
    }

    /// When the sentences of the clip of `sample` are said, in seconds from its beginning.
    func times(_ sample: Int) -> [ClosedRange<Double>] {
        table.context(ofSample: sample).subtitles.map { $0.begin...$0.end }
    }

    private func rows(_ sample: Int, _ texts: [(question: String, answer: String)]) -> [TextRows.Row] {
        let context = table.context(ofSample: sample)
        let objects = context.objects.flatMap { tokenizer.ids(of: $0) }
        let sentences = context.subtitles.map { tokenizer.ids(of: $0.text) }
        return texts.map { question, answer in
            let sequence = TokenSequence(
                question: tokenizer.ids(of: question), answer: tokenizer.ids(of: answer), objects: objects, sentences: sentences,
                vocabulary: tokenizer.vocabulary, maximumLength: options.maximumLength)
            return TextRows.Row(
                tokens: sequence.ids.map(Int.init), types: sequence.types.map(Int.init), answer: sequence.answer,
                sentences: sequence.sentences.map { TextRows.Sentence(number: $0.index, tokens: $0.tokens) },
                omitted: sequence.omitted)
        }
    }
}
