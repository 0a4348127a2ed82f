/** What a preset sets so that its image works as a Notebook (the contract of the notebook controller). */
export interface NotebookPreset {
  image: string;
  /** Where the workspace is mounted; `/home/jovyan` by default. */
  home?: string;
  gpu?: boolean;
  annotations?: Record<string, string>;
  /** For images that start something else. */
  command?: string[];
}

const servers = 'ghcr.io/kubeflow/kubeflow/notebook-servers';
const rewrite = { 'notebooks.kubeflow.org/http-rewrite-uri': '/' };
/** The kubelet expands NB_PREFIX, which the controller adds to the same container. */
const lab = [
  'jupyter',
  'lab',
  '--ip=0.0.0.0',
  '--port=8888',
  '--no-browser',
  '--allow-root',
  '--ServerApp.token=',
  '--ServerApp.password=',
  '--ServerApp.allow_origin=*',
  '--ServerApp.base_url=$(NB_PREFIX)',
];

/** Images of kubeflow/notebooks v1.11.0, RAPIDS 26.06, Kaggle v170. */
export const notebookPresets: Record<string, NotebookPreset> = {
  'jupyter-scipy': { image: `${servers}/jupyter-scipy:v1.11.0` },
  'jupyter-pytorch': { image: `${servers}/jupyter-pytorch-full:v1.11.0` },
  'jupyter-pytorch-cuda': { image: `${servers}/jupyter-pytorch-cuda-full:v1.11.0`, gpu: true },
  'jupyter-tensorflow': { image: `${servers}/jupyter-tensorflow-full:v1.11.0` },
  'jupyter-tensorflow-cuda': { image: `${servers}/jupyter-tensorflow-cuda-full:v1.11.0`, gpu: true },
  vscode: {
    image: `${servers}/codeserver-python:v1.11.0`,
    annotations: { ...rewrite, 'notebooks.kubeflow.org/server-type': 'group-one' },
  },
  rstudio: {
    image: `${servers}/rstudio-tidyverse:v1.11.0`,
    annotations: { ...rewrite, 'notebooks.kubeflow.org/server-type': 'group-two' },
  },
  rapids: {
    image: 'docker.io/rapidsai/notebooks:26.06-cuda12-py3.13',
    gpu: true,
    home: '/home/rapids/notebooks/workspace',
  },
  'kaggle-cpu': { image: 'gcr.io/kaggle-images/python:v170', command: lab },
  'kaggle-gpu': { image: 'gcr.io/kaggle-gpu-images/python:v170', command: lab, gpu: true },
};

/** What training runs in where no image is named; MPI images differ too much to choose one. */
export const trainingImages: Record<string, string | undefined> = {
  python: 'docker.io/library/python:3.13-slim',
  pytorch: 'docker.io/pytorch/pytorch:2.10.0-cuda12.8-cudnn9-runtime',
  tensorflow: 'docker.io/tensorflow/tensorflow:2.20.0',
  xgboost: 'ghcr.io/kubeflow/trainer/xgboost-runtime:v2.2.0',
  jax: 'nvcr.io/nvidia/jax:25.10-py3',
};

export const tensorflowServing = 'docker.io/tensorflow/serving:2.20.0';
