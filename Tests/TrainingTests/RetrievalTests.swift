import TestSupport
import Testing
import Training

/// Nearest videos by the worked example of the card `protocol.md`, section 8.
@Suite struct RetrievalTests {
    private func table(_ rows: [(label: Int, features: [Float])]) -> FeatureTable {
        FeatureTable(
            rows: rows.enumerated().map { place, row in
                FeatureTable.Row(sampleIndex: place, label: row.label, features: row.features, name: "video\(place)")
            })
    }

    private var gallery: FeatureTable { table([(0, [1, 0]), (1, [0.6, 0.8]), (1, [0, 1]), (0, [-0.8, 0.6])]) }
    private var queries: FeatureTable { table([(0, [0.8, 0.6]), (1, [0, 2]), (0, [-1, 0.2]), (1, [0.9, -0.1])]) }

    @Test func byCosineHalfOfTheQueriesMeetTheirClassFirst() throws {
        let found = try Retrieval(gallery: gallery, queries: queries, isCentred: false)
        #expect(found.nearest == [1, 2, 3, 0] && found.ranks == [1, 0, 0, 1])
        #expect(found.recall(at: 1) == 0.5 && found.recall(at: 2) == 1)
        let similarities = try Retrieval.similarities(gallery: gallery, queries: queries, isCentred: false)[0]
        #expect(relativeDifference(similarities, [0.8, 0.96, 0.6, -0.28]) < 1e-6)
    }

    @Test func eachSetIsCentredByItsOwnMean() throws {
        let found = try Retrieval(gallery: gallery, queries: queries)
        #expect(found.nearest == [0, 2, 3, 0] && found.recall(at: 1) == 0.75)
        let similarities = try Retrieval.similarities(gallery: gallery, queries: queries)[0]
        #expect(relativeDifference(similarities, [0.865789, 0.834773, -0.550595, -0.992877]) < 1e-6)
    }

    @Test func ofEquallyNearVideosTheFirstComesFirst() throws {
        let twins = table([(0, [1, 0]), (1, [2, 0]), (2, [0, 1])])
        let found = try Retrieval(gallery: twins, queries: table([(0, [3, 0]), (1, [3, 0]), (9, [3, 0])]), isCentred: false)
        #expect(found.nearest == [0, 0, 0] && found.ranks == [0, 1, nil] && found.recall(at: 3) == 2.0 / 3)
    }

    /// More queries than are compared at once, each its own copy in the gallery.
    @Test func manyQueriesFindThemselves() throws {
        let values = HashValues("features").uniform(600 * 4, -1, 1)
        let many = table((0..<600).map { place in (place, values[place * 4..<place * 4 + 4].map { Float($0) }) })
        let found = try Retrieval(gallery: many, queries: many)
        #expect(found.nearest == Array(0..<600) && found.recall(at: 1) == 1)
        #expect(found.depths == [1, 5, 10, 20, 50] && found.galleryCount == 600)
        #expect(try Retrieval(gallery: gallery, queries: queries).depths == [1, 5, 10, 20])
    }

    @Test func featuresThatAreNoNumbersAndEmptySetsAreErrors() throws {
        let bad = table([(0, [1, .nan])])
        let error = #expect(throws: ScoresNotFinite.self) { try Retrieval(gallery: gallery, queries: bad) }
        #expect(error?.video == "video0")
        #expect(throws: NothingReadable.self) { try Retrieval(gallery: FeatureTable(rows: []), queries: queries) }
    }
}
