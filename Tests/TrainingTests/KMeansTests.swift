import Files
import Foundation
import Tensor
import TestSupport
import Testing
import Training

/// k-means against the worked example of the XDC card and `tools/reference/clustering.py`.
@Suite struct KMeansTests {
    private static let audio: [Float] = [0, 0, 0, 1, 1, 0, 4, 4, 4, 5, 5, 4]
    private static let video: [Float] = [2, 0, 0, 2, 2, 1, 0, 3, 1, 3, 3, 0]
    private let key = RandomKey(seed: 3, purpose: .epoch)

    private func clustering(_ rows: [Float], width: Int, from centroids: [Float], iterations: Int = 20) throws -> Clustering {
        try KMeans(clusters: centroids.count / width, iterations: iterations).clustering(
            of: Tensor(rows, shape: [rows.count / width, width]),
            from: Tensor(centroids, shape: [centroids.count / width, width]))
    }

    @Test func givesTheWorkedExample() throws {
        let audio = try clustering(Self.audio, width: 2, from: Array(Self.audio.prefix(4)))
        let video = try clustering(Self.video, width: 2, from: Array(Self.video.prefix(4)))
        #expect(audio.assignments == [0, 0, 0, 1, 1, 1] && video.assignments == [0, 1, 0, 1, 1, 0])
        #expect(audio.sizes == [3, 3] && video.sizes == [3, 3])
        for (found, expected) in [
            (audio, [0.333333, 0.333333, 4.333333, 4.333333]), (video, [2.333333, 0.333333, 0.333333, 2.666667]),
        ] {
            #expect(abs(found.objective - 2.666667) < 1e-6)
            #expect(zip(found.centroids.values(as: Double.self), expected).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test func agreesWithTheReference() throws {
        for expected in try reference("engine/clustering.json").list("clusters") {
            let name = try expected.text("name"), width = try expected.integer("columns"), k = try expected.integer("clusters")
            let count = try expected.integer("rows"), spread = try expected.number("spread")
            let places = HashValues("\(name).places").uniform(k * width, -1, 1).map(Float.init)
            let around = HashValues("\(name).rows").uniform(count * width, -spread, spread).map(Float.init)
            let rows = around.enumerated().map { place, value in
                Float(Double(value) + Double(places[place / width % k * width + place % width]))
            }
            let found = try clustering(
                rows, width: width, from: Array(rows.prefix(k * width)), iterations: expected.integer("iterations"))
            #expect(found.assignments == (try expected.integers("assignments")), "\(name)")
            let centroids = try expected.numbers("centroids"), objective = try expected.number("objective")
            #expect(zip(found.centroids.values(as: Double.self), centroids).allSatisfy { abs($0 - $1) < 1e-5 }, "\(name)")
            #expect(abs(found.objective / objective - 1) < 1e-5, "\(name)")
        }
    }

    @Test func anEmptyClusterTakesTheFarthestRow() throws {
        let expected = try reference("engine/clustering.json").member("emptied")
        let rows = try expected.numbers("rows").map(Float.init), start = try expected.numbers("start").map(Float.init)
        let found = try clustering(rows, width: 2, from: start, iterations: 1)
        let centroids = try expected.numbers("centroids")
        #expect(zip(found.centroids.values(as: Double.self), centroids).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(found.sizes == [3, 3, 1] && found.assignments[6] == 2)
    }

    @Test func furtherEmptyClustersTakeTheNextFarthest() throws {
        // From 0 the rows are 0, 1, 5, 9 and 5 away: the farthest goes to the first empty cluster, the lower of two equal ones to the next.
        let found = try clustering([0, 1, 5, 9, -5], width: 1, from: [0, 100, 200], iterations: 1)
        #expect(found.centroids.values(as: Float.self) == [-4 / 3, 9, 5])
    }

    @Test func equallyNearRowsGoToTheLowestCluster() throws {
        let found = try clustering([1, 1, 1, 0, 2], width: 1, from: [2, 0, 2, 0], iterations: 1)
        // In the first assignment all but the row at 0 go to cluster 0; clusters 2 and 3 then take the farthest of what may leave.
        #expect(found.centroids.values(as: Float.self) == [1.5, 0, 1, 1])
        // More than the lanes of any vector.
        let many = try clustering([Float](repeating: 0, count: 70), width: 1, from: [Float](repeating: 0, count: 70))
        #expect(many.assignments == [Int](repeating: 0, count: 70) && many.sizes[0] == 70 && many.objective == 0)
    }

    @Test(arguments: KMeans.Initialization.allCases) func findsWhatIsApartAndRepeats(how: KMeans.Initialization) throws {
        let rows = (0..<90).flatMap { row in
            (0..<3).map { Float(100 * ($0 == row % 3 ? 1 : 0)) + Float(HashValues("apart").fraction(3 * row + $0)) }
        }
        let features = Tensor(rows, shape: [90, 3])
        let method = KMeans(clusters: 3, initialization: how)
        // Random rows may begin in one group, from where there is no way out; k-means++ may not.
        let found = try (0..<8).map { try method.clustering(of: features, key: key.derived(UInt64($0))) }
        let apart = found.filter { $0.sizes == [30, 30, 30] && $0.objective < 50 }
        #expect(how == .plusPlus ? apart.count == 8 : !apart.isEmpty)
        #expect(Set(found.map(\.assignments)).count > 1)
        #expect(try method.clustering(of: features, key: key.derived(2)).assignments == found[2].assignments)
    }

    @Test func plusPlusTakesCopiesWhereRowsRunOut() throws {
        let found = try KMeans(clusters: 4, initialization: .plusPlus).clustering(
            of: Tensor([1, 1, 1, 2, 2] as [Float], shape: [5, 1]), key: key)
        #expect(found.objective == 0 && found.sizes.filter { $0 > 0 }.sorted() == [2, 3])
    }

    /// What all rows have in common costs few digits: one row in twenty may fall elsewhere.
    @Test func anOffsetMovesTheCentroidsOnly() throws {
        let rows = HashValues("offset").uniform(400 * 24, -1, 1).map { Float(($0 * 64).rounded() / 64) }
        let moved = rows.map { $0 + 4096 }
        let plain = try clustering(rows, width: 24, from: Array(rows.prefix(24 * 7)), iterations: 4)
        let found = try clustering(moved, width: 24, from: Array(moved.prefix(24 * 7)), iterations: 4)
        #expect(zip(plain.assignments, found.assignments).count { $0 != $1 } <= 20)
    }

    @Test func endsEarlyWithTheSameResult() throws {
        let short = try clustering(Self.audio, width: 2, from: Array(Self.audio.prefix(4)), iterations: 20)
        let long = try clustering(Self.audio, width: 2, from: Array(Self.audio.prefix(4)), iterations: 10_000)
        #expect(short.iterations < 6 && long.iterations == short.iterations && short.assignments == long.assignments)
    }

    @Test func refusesWhatItCannotCluster() throws {
        let rows = Tensor([0, 1, .nan, 3] as [Float], shape: [2, 2]), fine = Tensor([0, 1, 2, 3] as [Float], shape: [2, 2])
        func refusal(_ features: Tensor, _ clusters: Int) -> ClusteringError? {
            do throws(ClusteringError) { _ = try KMeans(clusters: clusters).clustering(of: features, key: key) } catch {
                return error
            }
            return nil
        }
        #expect(refusal(rows, 1) == .unusableValue(what: "features", row: 1))
        for value in [.infinity, -.infinity, 1e30] as [Float] {
            #expect(refusal(Tensor([value, 1], shape: [2, 1]), 1) == .unusableValue(what: "features", row: 0))
        }
        #expect(refusal(fine, 3) == .clusterCount(3, rows: 2) && refusal(fine, 0) == .clusterCount(0, rows: 2))
        #expect(refusal(Tensor([1, 2] as [Float]), 1) == .notRows(shape: [2]))
        #expect(refusal(Tensor.zeros([0, 4]), 1) == .notRows(shape: [0, 4]))
        #expect(throws: ClusteringError.width(what: "initial centroids", found: 1, expected: 2)) {
            try KMeans(clusters: 2).clustering(of: fine, from: Tensor([0, 1] as [Float], shape: [2, 1]))
        }
        #expect(throws: ClusteringError.centroidCount(1, clusters: 2)) {
            try KMeans(clusters: 2).clustering(of: fine, from: fine.rows(at: [0]))
        }
        #expect(ClusteringError.clusterCount(3, rows: 2).exitCode == .badData)
    }
}
