import Files
import Tensor
import TestSupport
import Testing
import Training

/// What is done with clusters: how far they agree, how samples are drawn by them, how they are kept.
@Suite struct ClusterLabelTests {
    private let key = RandomKey(seed: 5, purpose: .epoch)

    @Test func mutualInformationAgreesWithTheReference() throws {
        #expect(abs(NormalizedMutualInformation([0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 1, 0]).value - 0.081704) < 5e-7)
        for expected in try reference("engine/clustering.json").list("agreements") {
            let first = try expected.integers("first"), second = try expected.integers("second")
            let value = try expected.number("value")
            #expect(abs(NormalizedMutualInformation(first, second).value - value) < 1e-12)
            #expect(abs(NormalizedMutualInformation(second, first.map { 5 - $0 }).value - value) < 1e-12)
        }
        #expect(NormalizedMutualInformation([4, 4, 2, 1], [0, 0, 7, 3]).value == 1)
        #expect(NormalizedMutualInformation([1, 1], [2, 2]).value == 1 && NormalizedMutualInformation([], []).value == 1)
    }

    @Test func weightsAreThoseOfTheWorkedExample() {
        #expect(ClusterBalance([0, 0, 0, 0, 1, 1]).weights == [0.125, 0.125, 0.125, 0.125, 0.25, 0.25])
        // A cluster without members takes no share.
        #expect(ClusterBalance([9, 2, 2]).weights == [0.5, 0.25, 0.25])
    }

    @Test func everyClusterWithMembersIsDrawnAlike() {
        let assignments = [Int](repeating: 7, count: 900) + [Int](repeating: 2, count: 90) + [Int](repeating: 4, count: 10)
        let order = ClusterBalance(assignments).order(length: 600, key: key)
        let drawn = Dictionary(grouping: order) { assignments[$0] }
        // 201 draws each, of which 3 in all are cut off.
        #expect(order.count == 600 && drawn.values.allSatisfy { (198...201).contains($0.count) } && drawn.count == 3)
        // Without replacement where there are more members than draws.
        #expect(drawn[7].map { Set($0).count == $0.count } == true)
        #expect(drawn[4].map { Set($0).count } == 10)
        #expect(order != order.sorted() && order.prefix(20).contains { assignments[$0] != assignments[order[0]] })
    }

    @Test func aClusterOfExactlyTheDrawsIsDrawnWithReplacement() {
        let orders = (0..<20).map { ClusterBalance([0, 0, 0, 0]).order(length: 3, key: key.derived(UInt64($0))) }
        #expect(orders.allSatisfy { $0.count == 3 } && orders.contains { Set($0).count < 3 })
        let larger = (0..<20).map { ClusterBalance([0, 0, 0, 0, 0]).order(length: 3, key: key.derived(UInt64($0))) }
        #expect(larger.allSatisfy { Set($0).count == 3 })
    }

    @Test func anOrderIsAFunctionOfItsKey() {
        let balance = ClusterBalance((0..<100).map { $0 * $0 % 7 })
        #expect(balance.order(length: 50, key: key) == balance.order(length: 50, key: key))
        #expect(balance.order(length: 50, key: key) != balance.order(length: 50, key: key.derived(1)))
        #expect(ClusterBalance([]).order(length: 4, key: key).isEmpty && balance.order(length: 0, key: key).isEmpty)
    }

    @Test func aTableComesBackFromItsState() throws {
        let table = LabelTable(samples: [70_000_000_000, 3, 12], labels: [5, 0, 1])
        #expect(table[3] == 0 && table[12] == 1 && table[70_000_000_000] == 5 && table[4] == nil && table.count == 3)
        #expect(table.samples == [3, 12, 70_000_000_000])
        var whole = StateTree()
        whole.add(table.state, under: "audio")
        #expect(whole["audio.labels"]?.elementType == .int32)
        #expect(try LabelTable(whole.below("audio")) == table)
        #expect(try LabelTable(LabelTable().state) == LabelTable())
    }

    @Test func aTableRefusesADamagedState() {
        var state = LabelTable(samples: [1, 2], labels: [0, 1]).state
        state["labels"] = Tensor([0, 1, 2] as [Int32])
        #expect(throws: StateError.shape(name: "labels", expected: [2], found: [3])) { try LabelTable(state) }
        state["labels"] = Tensor([0, 1] as [Int32])
        state["samples"] = Tensor([2, 2] as [Int64])
        #expect(throws: StateError.notAscending(name: "samples")) { try LabelTable(state) }
        state["samples"] = nil
        #expect(throws: StateError.missing(name: "samples")) { try LabelTable(state) }
    }
}
