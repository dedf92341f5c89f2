import Datasets
import Media

/// Opens data sets for commands: tells how far the making of a built-in one is, and what a user should know about the data.
enum DataAccess {
    static func open(_ nameOrPath: String, for purpose: DataSet.Purpose = .training) throws -> DataSet {
        let progress = Progress("making \(nameOrPath)", unit: "clips")
        let dataSet = try DataSetCatalogue.open(nameOrPath, for: purpose) { progress.update($0, of: $1) }
        progress.end()
        for note in dataSet.notes { logger.notice("\(note)") }
        return dataSet
    }
}

extension VideoIndexStore {
    /// A store that begins with the indices in the user's cache folder.
    static var cached: VideoIndexStore { VideoIndexStore(cache: .standard()) }
}
