/**
 * The vendor's documented messages, copied exactly; the two that are not valid JSON are invalid in
 * the documentation too.
 */
export const MALFORMED_CALL = `{
"type": "incomingCall",
"phoneNumber":"0211234567",
"uniqueId":"1608743891.1344"
"callCenter":"yes"
}`;

export const MALFORMED_CONFIGURATION = `{
"type": "configuration",
"account": {
"id": "15",
"data": "INFO_ACCOUNT"
},
"phone": {
"id": "27",
"data": "INFO_PHONE"
},
"agent": {
"id": "321",
"data": "INFO_AGENT"
},
}`;

export const VALID_CALL =
  '{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":"1608743891.1344","callCenter":"yes"}';
export const VALID_CONFIGURATION =
  '{"type":"configuration","account":{"id":"15","data":"INFO_ACCOUNT"},' +
  '"phone":{"id":"27","data":"INFO_PHONE"},"agent":{"id":"321","data":"INFO_AGENT"}}';
