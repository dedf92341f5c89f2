print("semisup")
