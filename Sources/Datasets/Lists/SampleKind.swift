/// What the samples of a data set are.
public enum SampleKind: String, Sendable {
    /// Clips of classes.
    case clips
    /// Questions about clips (`DataSet.questions`).
    case questions
}
