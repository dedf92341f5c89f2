import Files

/// Features that cannot be clustered.
public enum ClusteringError: ReportedError, Equatable {
    case notRows(shape: [Int])
    case unusableValue(what: String, row: Int)
    case constantFeatures(rows: Int)
    case width(what: String, found: Int, expected: Int)
    case clusterCount(Int, rows: Int)
    case centroidCount(Int, clusters: Int)
    case dimensions(Int)

    public var exitCode: ExitCode { .badData }

    public var description: String {
        switch self {
        case .notRows(let shape):
            "features of the shape \(shape): expected one row for each sample, [samples, values], with at least one of each"
        case .unusableValue(let what, let row):
            "row \(row) of the \(what) has a value that is not a number, infinite or above \(FeatureRows.limit); the network that gave it "
                + "has diverged: lower its learning rate, or begin from an earlier checkpoint"
        case .constantFeatures(let rows):
            "all \(rows) rows of the features are equal, so that there is nothing to tell samples apart by; the network has collapsed, or "
                + "sees the same input each time"
        case .width(let what, let found, let expected):
            "the \(what) have \(found) values a row, expected \(expected)"
        case .clusterCount(let count, let rows):
            "\(count) clusters of \(rows) samples: expected at least 1 and at most as many as there are samples"
        case .centroidCount(let count, let clusters):
            "\(count) initial centroids of \(clusters) clusters: expected one each"
        case .dimensions(let dimensions):
            "\(dimensions) principal components: expected at least 1"
        }
    }
}
