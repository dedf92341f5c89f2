"""torchvision_names.json: names, shapes and types of torchvision's state dictionaries, in their order."""

import torchvision

import reference_files

CLASSES = 7
NETWORKS = {"r3d_18": torchvision.models.video.r3d_18, "resnet18": torchvision.models.resnet18}


def entries(make):
    state = make(weights=None, num_classes=CLASSES).state_dict()
    return [{"name": name, "shape": list(value.shape), "type": str(value.dtype).removeprefix("torch.")}
            for name, value in state.items()]


if __name__ == "__main__":
    reference_files.write("torchvision_names.json", {"classes": CLASSES} | {name: entries(make) for name, make in NETWORKS.items()})
