export { callSafely } from '../call-safely.ts';
