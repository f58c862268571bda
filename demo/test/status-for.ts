import http from 'node:http';

/** The status of a GET whose `Host` differs from the host of the address. */
export function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { headers: { host } }, (response) => {
        response.destroy();
        resolve(response.statusCode);
      })
      .on('error', reject);
  });
}
