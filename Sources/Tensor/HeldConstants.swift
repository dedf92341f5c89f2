/// Keeps constants constant while a function is evaluated at other parameters, so that central differences see what backward
/// passes see: whatever left the record (`detached`, values that were read, everything computed without recording) counts as it
/// was at the first evaluation.
///
/// ```swift
/// let constants = HeldConstants(whileNotRecording: { isOff in restoreParameters(isOff) })
/// let terms = constants.first { losses() }
/// perturb()
/// let perturbed = constants.again { losses() }
/// ```
///
/// Only the thread that evaluates touches it; it is `Sendable` because it travels as a task-local value.
public final class HeldConstants: @unchecked Sendable {
    @TaskLocal static var current: HeldConstants?

    private var held: [Tensor] = []
    private var position = 0
    private var isFirst = true
    private let whileNotRecording: (_ isOff: Bool) -> Void

    /// - Parameter whileNotRecording: Called with true where recording is switched off, so that parameters can be put back to
    ///   what they were at the first evaluation, and with false where it goes on.
    public init(whileNotRecording: @escaping (_ isOff: Bool) -> Void) { self.whileNotRecording = whileNotRecording }

    /// Evaluates `body` and keeps its constants. To be called once, first.
    public func first<Result>(_ body: () throws -> Result) rethrows -> Result {
        isFirst = true
        held = []
        return try HeldConstants.$current.withValue(self, operation: body)
    }

    /// Evaluates `body` with the constants of the first evaluation. It must make them in the same order.
    public func again<Result>(_ body: () throws -> Result) rethrows -> Result {
        isFirst = false
        position = 0
        return try HeldConstants.$current.withValue(self, operation: body)
    }

    /// `tensor` as a constant: that of the first evaluation.
    func constant(_ tensor: Tensor) -> Tensor {
        if isFirst {
            held.append(tensor.unrecorded.copied())
            return tensor.unrecorded
        }
        precondition(position < held.count, "more constants than at the first evaluation")
        defer { position += 1 }
        return held[position]
    }

    func recordingStops() { if !isFirst { whileNotRecording(true) } }
    func recordingGoesOn() { if !isFirst { whileNotRecording(false) } }
}
