import Datasets
import Foundation
import Training

final class Printer: TrainingObserver {
    var start = Date()
    func note(_ text: String) { print("note:", text) }
    func didStep(_ r: StepReport) {
        if r.step % 20 == 0 || r.step + 1 == r.totalSteps {
            print(
                r.step, String(format: "%.4f", r.loss),
                r.values.map { "\($0.name)=" + String(format: "%.3f", $0.value) }.joined(separator: " "),
                String(format: "%.3f s wait %.3f", r.seconds, r.waitSeconds))
        }
    }
}
let arguments = Array(CommandLine.arguments.dropFirst())
let layers0 = [ConfigurationLayer.recommendations(for: "motions")!, .commandLine(arguments)]
let name = ConfigurationLayer.text(of: "method", in: layers0) ?? "fixmatch"
var schema = ConfigurationSchema.training
if let options = try MethodCatalogue.method(named: name).options { schema = schema.adding(options) }
let configuration = try schema.resolve(layers0)
let folder = try Motions.ensure { done, total in if done % 100 == 0 { print("made", done, total) } }
print(folder)
let data = try DataSet.open(folder + "/list.csv")
for note in data.notes { print("note:", note) }
let plan = try TrainingPlan(configuration: configuration, dataSet: data)
print("steps", plan.totalSteps, "classes", data.classes.names)
let run = try TrainingRun(plan, out: nil, observer: Printer())
let outcome = try run.run()
print(outcome.result(plan).serialized())
