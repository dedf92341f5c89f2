import Files
import Tensor
import TestSupport
import Testing
import Training

/// Principal components against `tools/reference/clustering.py`, whose figures numpy and scikit-learn agree on.
@Suite struct PrincipalComponentsTests {
    private func rows(_ values: [Float], width: Int) -> Tensor { Tensor(values, shape: [values.count / width, width]) }

    @Test func agreesWithTheReference() throws {
        for expected in try reference("engine/clustering.json").list("components") {
            let name = try expected.text("name"), values = try expected.numbers("rows").map(Float.init)
            let features = rows(values, width: values.count / (try expected.list("rows").count))
            let found = try PrincipalComponents(of: features, dimensions: expected.integer("dimensions"))
            let variances = try expected.numbers("variances"), vectors = try expected.numbers("components")
            #expect(found.variances.count == variances.count, "\(name)")
            #expect(zip(found.variances, variances).allSatisfy { abs($0 / $1 - 1) < 1e-9 }, "\(name)")
            let components = found.components.values(as: Double.self)
            #expect(zip(components, vectors).allSatisfy { abs($0 - $1) < 1e-5 } && components.count == vectors.count, "\(name)")
            let whitened = try found.applied(to: features).values(as: Double.self)
            #expect(zip(whitened, try expected.numbers("whitened")).allSatisfy { abs($0 - $1) < 1e-4 }, "\(name)")
        }
    }

    @Test func withoutWhiteningDistancesStay() throws {
        let features = rows(HashValues("distances").uniform(20 * 4, -1, 1).map(Float.init), width: 4)
        let found = try PrincipalComponents(of: features, dimensions: 4, whitens: false).applied(to: features)
        func distance(_ x: Tensor) -> Double { (x.sliced(3..<4) - x.sliced(11..<12)).norm }
        #expect(abs(distance(found) - distance(features)) < 1e-5)
    }

    /// Columns that never vary or repeat others, and fewer rows than columns, leave flat directions.
    @Test func flatDirectionsStayFinite() throws {
        let values: [Float] = HashValues("flat").uniform(30, -1, 1).flatMap { value in [Float(value), 7, 2 * Float(value), 0] }
        let flat = try PrincipalComponents(of: rows(values, width: 4), dimensions: 4)
        let projected = try flat.applied(to: rows(values, width: 4))
        #expect(flat.variances.count == 4 && flat.variances[1] < 1e-9 * flat.variances[0] && projected.isFinite)
        #expect(projected.values(as: Double.self).enumerated().allSatisfy { $0 % 4 == 0 || abs($1) < 1e-2 })
        let few = try PrincipalComponents(of: rows(HashValues("few").uniform(24, -1, 1).map(Float.init), width: 8), dimensions: 8)
        #expect(few.variances.count == 2 && few.components.shape == [2, 8])
    }

    @Test func refusesWhatHasNoDirections() throws {
        #expect(throws: ClusteringError.constantFeatures(rows: 6)) {
            try PrincipalComponents(of: rows([Float](repeating: 0.1, count: 18), width: 3), dimensions: 2)
        }
        #expect(throws: ClusteringError.constantFeatures(rows: 1)) {
            try PrincipalComponents(of: rows([1, 2, 3], width: 3), dimensions: 2)
        }
        #expect(throws: ClusteringError.unusableValue(what: "features", row: 1)) {
            try PrincipalComponents(of: rows([1, 2, 3, .nan, 5, 6], width: 2), dimensions: 2)
        }
        #expect(throws: ClusteringError.dimensions(0)) {
            try PrincipalComponents(of: rows([1, 2, 3, 4], width: 2), dimensions: 0)
        }
        let fitted = try PrincipalComponents(of: rows([1, 2, 3, 5], width: 2), dimensions: 2)
        #expect(throws: ClusteringError.width(what: "features", found: 1, expected: 2)) {
            try fitted.applied(to: rows([1, 2], width: 1))
        }
    }
}
