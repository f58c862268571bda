/** The vendor's documented messages, character by character; the two that are not valid JSON are so in the documentation. */
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
