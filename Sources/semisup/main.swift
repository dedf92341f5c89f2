import Foundation

exit(Semisup.start(Array(CommandLine.arguments.dropFirst())))
