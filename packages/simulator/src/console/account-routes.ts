import { readRestSettings } from '../rest-api/rest-settings.ts';
import { RequestBody } from './request-body.ts';
import type { RouteContext } from './route-context.ts';

/** The REST API’s accounts and settings. One route returns a password. */
export function addAccountRoutes(context: RouteContext): void {
  const { app, simulator } = context;

  app.post('/api/rest-settings', (request) => {
    simulator.telephony.configureRest(readRestSettings(new RequestBody(request.body).object('settings')));
    return {};
  });

  app.post('/api/blacklist/clear', () => {
    simulator.telephony.clearBlacklist();
    return {};
  });

  app.post('/api/accounts', (request) => {
    const body = new RequestBody(request.body);
    simulator.telephony.setAccount({
      accountNumber: body.text('accountNumber').trim(),
      password: body.text('password'),
    });
    return {};
  });

  app.post<{ Params: { number: string } }>('/api/accounts/:number/active', (request) => {
    simulator.telephony.setAccountActive(
      request.params.number,
      new RequestBody(request.body).flag('apiActive'),
    );
    return {};
  });

  app.get<{ Params: { number: string } }>('/api/accounts/:number/password', (request) => ({
    password: simulator.telephony.accountPassword(request.params.number),
  }));
}
