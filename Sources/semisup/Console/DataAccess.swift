import Datasets
import Media
import Training

/// Opens data sets for commands: tells how far the making of a built-in one is, and what a user should know about the data.
enum DataAccess {
    static func open(_ nameOrPath: String, for purpose: DataSet.Purpose = .training) throws -> DataSet {
        try open(nameOrPath) { try DataSetCatalogue.open(nameOrPath, for: purpose, progress: $0) }
    }

    static func open(_ nameOrPath: String, of kind: SampleKind) throws -> DataSet {
        try open(nameOrPath) { try DataSetCatalogue.open(nameOrPath, of: kind, progress: $0) }
    }

    /// The videos of a data set, whether its samples are clips or questions about them.
    static func openVideos(_ nameOrPath: String) throws -> DataSet {
        try DataSetCatalogue.holdsQuestions(nameOrPath)
            ? open(nameOrPath) { _ in try DataSet(answering: nameOrPath) } : open(nameOrPath, for: .files)
    }

    /// What the method learns from that the configuration names.
    static func open(_ configuration: Configuration) throws -> DataSet {
        let run = configuration[RunOptions.self]
        let method = try MethodCatalogue.standard.entry(named: run.method, plugin: run.plugin).type
        return try open(run.data, of: method.manifest.samples)
    }

    private static func open(_ name: String, _ make: ((Int, Int) -> Void) throws -> DataSet) throws -> DataSet {
        let progress = Progress("making \(name)", unit: "clips")
        let dataSet = try make { progress.update($0, of: $1) }
        progress.end()
        for note in dataSet.notes { logger.notice("\(note)") }
        return dataSet
    }
}

extension VideoIndexStore {
    /// A store that begins with the indices in the user's cache folder.
    static var cached: VideoIndexStore { VideoIndexStore(cache: .standard()) }
}
