/// Values by step, thinned to what a plot can show: means over as many steps each, with the least and the greatest of them.
struct StepMeans: Equatable {
    /// Some steps in a row that have values.
    struct Mean: Equatable {
        /// The number of the group of steps.
        let group: Int
        /// Of the values in it.
        let mean: Double, least: Double, greatest: Double
    }

    /// Steps in a group.
    let width: Int
    /// Groups that have values, in order.
    let means: [Mean]

    /// More points than this are not told apart in a plot.
    static let limit = 160

    /// The width with which `steps` steps make no more than `limit` groups.
    static func width(steps: Int) -> Int { max(1, (steps + limit - 1) / limit) }

    /// The means of `values`, whose steps ascend, over groups of `width` steps.
    init(_ values: [(step: Int, value: Double)], width: Int) {
        self.width = width
        var means: [Mean] = []
        var start = values.startIndex
        while start < values.endIndex {
            let group = values[start].step / width
            let end = values[start...].firstIndex { $0.step / width != group } ?? values.endIndex
            let members = values[start..<end].map(\.value)
            means.append(
                Mean(
                    group: group, mean: members.reduce(0, +) / Double(members.count), least: members.min() ?? 0,
                    greatest: members.max() ?? 0))
            start = end
        }
        self.means = means
    }
}
