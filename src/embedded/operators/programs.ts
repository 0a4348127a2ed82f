import { inferenceGraph } from './inference/inference-graph.ts';
import { inferenceService } from './inference/inference-service.ts';
import { notebook } from './notebook.ts';
import { profile } from './profile.ts';
import type { Program } from './program.ts';
import { jobSet } from './trainer/job-set.ts';
import { trainJob } from './trainer/train-job.ts';
import { jaxJob } from './training/jax-job.ts';
import { mpiJob } from './training/mpi-job.ts';
import { pyTorchJob } from './training/pytorch-job.ts';
import { tfJob } from './training/tf-job.ts';
import { trainingJob } from './training/training-job.ts';
import { xgboostJob } from './training/xgboost-job.ts';

/** Every program that is played, by the image it has in the catalogue and upstream. */
export const programs: readonly Program[] = [
  {
    name: 'training-operator',
    image: /(^|\/)training-operator(:|@|$)/,
    kinds: {
      'pytorchjobs.kubeflow.org': trainingJob(pyTorchJob),
      'tfjobs.kubeflow.org': trainingJob(tfJob),
      'xgboostjobs.kubeflow.org': trainingJob(xgboostJob),
      'mpijobs.kubeflow.org': trainingJob(mpiJob),
      'jaxjobs.kubeflow.org': trainingJob(jaxJob),
    },
  },
  {
    name: 'notebook-controller',
    image: /(^|\/)notebook-controller(:|@|$)/,
    kinds: { 'notebooks.kubeflow.org': notebook },
  },
  {
    name: 'profile-controller',
    image: /(^|\/)profile-controller(:|@|$)/,
    needs: ['authorizationpolicies.security.istio.io'],
    kinds: { 'profiles.kubeflow.org': profile },
  },
  {
    name: 'kserve-controller',
    image: /(^|\/)kserve-controller(:|@|$)/,
    needs: ['servingruntimes.serving.kserve.io', 'clusterservingruntimes.serving.kserve.io'],
    kinds: {
      'inferenceservices.serving.kserve.io': inferenceService,
      'inferencegraphs.serving.kserve.io': inferenceGraph,
    },
  },
  {
    name: 'trainer-controller-manager',
    image: /(^|\/)trainer-controller-manager(:|@|$)/,
    needs: [
      'jobsets.jobset.x-k8s.io',
      'trainingruntimes.trainer.kubeflow.org',
      'clustertrainingruntimes.trainer.kubeflow.org',
    ],
    kinds: { 'trainjobs.trainer.kubeflow.org': trainJob },
  },
  {
    name: 'jobset',
    image: /(^|\/)jobset\/jobset(:|@|$)/,
    kinds: { 'jobsets.jobset.x-k8s.io': jobSet },
  },
];
