import Datasets
import Foundation
import Training

// Runs that take a moment, on real videos.

let smallMotionsFolder = FileManager.default.temporaryDirectory.path + "/semisup-motions-\(getpid())"

/// A small set of real videos, made once for all tests of this process.
let smallMotions: Result<DataSet, any Error> = Result {
    let folder = smallMotionsFolder
    atexit { try? FileManager.default.removeItem(atPath: smallMotionsFolder) }
    try Motions.ensure(at: folder, count: Motions.Count(train: 20, test: 10))
    return try DataSet.open(folder + "/list.csv")
}

final class Silent: TrainingObserver {
    var notes: [String] = []
    func note(_ text: String) { notes.append(text) }
}

func plan(_ arguments: String..., steps: Int = 4, method: String = "fixmatch", data: DataSet? = nil) throws
    -> TrainingPlan
{
    try plan(arguments, steps: steps, method: method, data: data)
}

func plan(_ arguments: [String], steps: Int = 4, method: String = "fixmatch", data: DataSet? = nil) throws -> TrainingPlan {
    let fixed = [
        "steps=\(steps)", "backbone=r3d10", "backbone.width=0.125", "clip.length=4", "clip.stride=4", "clip.size=32",
        "batch.labeled=2", "batch.unlabeled=3", "labels=2/class", "checkpoint.everyMinutes=0", "ema.decay=0.9",
        "precision=f32",
    ]
    let schema = ConfigurationSchema.training(of: try MethodCatalogue.builtIn.entry(named: method).type)
    let configuration = try schema.resolve([.commandLine(fixed + arguments, flags: [("method", method)])])
    return try TrainingPlan(configuration: configuration, dataSet: try data ?? smallMotions.get())
}
