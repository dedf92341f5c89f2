import Backends
import Files
import Foundation

/// `tuning.json` of a run: the ways of its convolutions that `engine.tune=measure` chose by the clock, so that the run goes on and
/// is evaluated with the same.
struct TuningRecord {
    private let path: String
    /// How many choices the file holds.
    private var written = 0

    /// The record of the run in `folder`.
    init(run folder: String) { path = folder + "/tuning.json" }

    /// Gives the engine the choices of the file, if there is one. Throws `malformedRecord` or `file`.
    ///
    /// - Parameter measuresOthers: Whether the ways of other convolutions are chosen by the clock too.
    mutating func restore(measuresOthers: Bool = true) throws(RunError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let json = try asRunError { () throws(FileError) in try JSON(contentsOf: path) }
        guard let members = json.objectValue else {
            throw .malformedRecord(path: path, field: "the file", expected: "an object of convolutions and their ways")
        }
        var choices: [String: ConvolutionWay] = [:]
        for (convolution, value) in members {
            guard let way = value.stringValue.flatMap(ConvolutionWay.init) else {
                let ways = ConvolutionWay.allCases.map(\.rawValue).joined(separator: ", ")
                throw .malformedRecord(path: path, field: convolution, expected: "one of \(ways)")
            }
            choices[convolution] = way
        }
        Engine.backend.reuse(choices, measuresOthers: measuresOthers)
        written = choices.count
    }

    /// Writes what the engine has chosen, where that is more than the file holds.
    mutating func write() throws(RunError) {
        let choices = Engine.backend.convolutionChoices
        guard choices.count != written else { return }
        let members = choices.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value.rawValue)) }
        let path = path
        try asRunError { () throws(FileError) in
            try AtomicFile.write(JSON.object(members).serialized(indented: true) + "\n", to: path)
        }
        written = choices.count
    }
}
