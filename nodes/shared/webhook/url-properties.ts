import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** Parameters that are shown only with these values of others. */
export type Shown = NonNullable<IDisplayOptions['show']>;

const SECRET_PLACES: INodePropertyOptions[] = [
  {
    name: 'Parameter',
    value: 'parameter',
    description:
      'As a parameter of the query (?secret=…) or of the form. n8n writes neither into its log. Whether Accolades takes a “?” in each of its URL fields is not published: try it.',
  },
  {
    name: 'Path',
    value: 'path',
    description:
      'As the last part of the path. n8n itself writes the path of a request that it cannot serve, as after unpublishing, into its log.',
  },
  {
    name: 'Nowhere',
    value: 'none',
    description: 'Whoever knows the URL can start the workflow, except by the allowed addresses',
  },
];

/** The address of the node and its secret. */
export function urlProperties(show: Shown = {}): INodeProperties[] {
  return [
    {
      displayName: 'Path',
      name: 'path',
      type: 'string',
      noDataExpression: true,
      default: '',
      placeholder: 'e.g. accolades',
      description: 'The path of the URL. Empty: an ID that n8n makes.',
      displayOptions: { show },
    },
    {
      displayName: 'Secret In',
      name: 'secretPlace',
      type: 'options',
      noDataExpression: true,
      default: 'path',
      description: 'Where Accolades sends the secret, which keeps strangers from starting the workflow',
      options: SECRET_PLACES,
      displayOptions: { show },
    },
    {
      displayName: 'Secret Parameter',
      name: 'secretParameter',
      type: 'string',
      noDataExpression: true,
      default: 'secret',
      description: 'The name of the parameter that holds the secret. It does not reach the workflow.',
      displayOptions: { show: { ...show, secretPlace: ['parameter'] } },
    },
    {
      displayName:
        'Without a secret, anybody who learns the URL can start this workflow and read its answers. Limit the allowed addresses in the options.',
      name: 'noSecretNotice',
      type: 'notice',
      default: '',
      displayOptions: { show: { ...show, secretPlace: ['none'] } },
    },
  ];
}
