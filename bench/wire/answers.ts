/** The benchmark servers' answers to every agent. */
export const ACCEPTED = '{"type":"authSucces","version":"1.1.0"}';
export const CONFIGURATION =
  '{"type":"configuration","account":{"id":"15","data":""},"phone":{"id":"27","data":""},"agent":{"id":"321","data":""}}';
