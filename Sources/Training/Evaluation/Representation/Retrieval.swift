import Files
import Tensor

/// How often the videos that are nearest to a query are of its class (protocol card, section 3); nothing is trained.
///
/// Both sets are moved by their own mean, brought to length 1 and compared by dot products. Of equally near videos the one that stands
/// first in the gallery comes first.
public struct Retrieval: Sendable, Equatable {
    /// For each query how many videos of the gallery come before the first of its class; nil where there is none of it.
    public let ranks: [Int?]
    /// For each query the place of the nearest video in the gallery.
    public let nearest: [Int]
    /// Videos of the gallery.
    public let galleryCount: Int
    /// Damaged videos of the gallery and among the queries, which are left out.
    public let damagedGallery: Int, damagedQueries: Int

    /// Queries that are compared at once.
    private static let queriesAtOnce = 256
    /// Vectors that are shorter count as that long: they are equally near to everything.
    private static let shortest = 1e-12

    /// Looks for each of `queries` in `gallery`, whose labels score only.
    ///
    /// - Parameter isCentred: Whether each set is moved by its own mean first.
    /// Throws `NothingReadable` where one of the sets is empty, and `ScoresNotFinite` for features that are no numbers.
    public init(gallery: FeatureTable, queries: FeatureTable, isCentred: Bool = true) throws {
        for table in [gallery, queries] where table.rows.isEmpty {
            throw NothingReadable(count: table.damaged)
        }
        let labels = gallery.rows.map(\.label)
        let (known, sought) = (try Self.directions(gallery, isCentred), try Self.directions(queries, isCentred))
        var ranks: [Int?] = [], nearest: [Int] = []
        for start in stride(from: 0, to: queries.rows.count, by: Self.queriesAtOnce) {
            let part = start..<min(start + Self.queriesAtOnce, queries.rows.count)
            let scores = sought.sliced(part).matrixProduct(known.transposed).values(as: Double.self)
            for query in part {
                let own = scores[(query - start) * labels.count..<(query - start + 1) * labels.count]
                let similarities = Array(own), label = queries.rows[query].label
                nearest.append(Self.best(of: similarities) { _ in true } ?? 0)
                ranks.append(
                    Self.best(of: similarities) { label != nil && labels[$0] == label }.map {
                        Self.rank(of: $0, in: similarities)
                    })
            }
        }
        self.ranks = ranks
        self.nearest = nearest
        galleryCount = labels.count
        (damagedGallery, damagedQueries) = (gallery.damaged, queries.damaged)
    }

    /// The share of queries with at least one of the `k` nearest videos in their class.
    public func recall(at k: Int) -> Double {
        Double(ranks.count { $0.map { $0 < k } ?? false }) / Double(ranks.count)
    }

    /// 1, 5, 10, 20, and 50 where the gallery has so many.
    public var depths: [Int] { [1, 5, 10, 20] + (galleryCount >= 50 ? [50] : []) }

    /// How near each video of `gallery` is to each of `queries`: a row a query. Throws `ScoresNotFinite`.
    public static func similarities(
        gallery: FeatureTable, queries: FeatureTable, isCentred: Bool = true
    ) throws(ScoresNotFinite) -> [[Double]] {
        let product = try directions(queries, isCentred).matrixProduct(try directions(gallery, isCentred).transposed)
        let values = product.values(as: Double.self), count = gallery.rows.count
        return queries.rows.indices.map { Array(values[$0 * count..<($0 + 1) * count]) }
    }

    /// The features of `table` in double precision, centred where asked, each row of length 1.
    private static func directions(_ table: FeatureTable, _ isCentred: Bool) throws(ScoresNotFinite) -> Tensor {
        if let row = table.rows.first(where: { !$0.features.allSatisfy(\.isFinite) }) { throw ScoresNotFinite(video: row.name) }
        let features = table.tensor(.float64)
        return (isCentred ? features - features.mean(axes: [0], keepingAxes: true) : features).l2Normalized(epsilon: shortest)
    }

    /// The place of the highest value among those that `isSought`; of equal ones the first.
    private static func best(of values: [Double], where isSought: (Int) -> Bool) -> Int? {
        values.indices.reduce(nil) { best, place in
            guard isSought(place) else { return best }
            return best.map { values[place] > values[$0] ? place : $0 } ?? place
        }
    }

    private static func rank(of place: Int, in values: [Double]) -> Int {
        values.indices.count { values[$0] > values[place] || (values[$0] == values[place] && $0 < place) }
    }

    /// The object `recall` of results: shares by depth.
    var recallJSON: JSON { .object(depths.map { ("\($0)", .real(recall(at: $0))) }) }

    /// The object `retrieval` of results: what `recall` is over.
    var json: JSON {
        .object([
            ("queries", .integer(ranks.count)), ("galleryClips", .integer(galleryCount)),
            ("damagedQueries", .integer(damagedQueries)), ("damagedGalleryClips", .integer(damagedGallery)),
        ])
    }
}
