import Datasets
import Networks

extension TrainingPlan {
    /// What a user should know of `init.freeze`: what it comes to without `init`, and which of `networks` learn all the same.
    func notesOnFreezing(_ networks: NetworkSet) -> [String] {
        let options = configuration[InitializationOptions.self]
        guard options.freeze == .backbone else { return [] }
        let others = networks.members.filter { ($0.module as? VideoClassifier)?.isBackboneFrozen == false }.map(\.name)
        return (options.source == nil ? ["init.freeze=backbone without init: the features are those of drawn weights"] : [])
            + others.map {
                "init.freeze=backbone: \($0) is not of the shape of \(networks.transferredName ?? "") and learns as a whole"
            }
    }
}
