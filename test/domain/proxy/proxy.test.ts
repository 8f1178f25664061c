import { describe, expect, test } from '@jest/globals';
import { isExcluded, isLoopback } from '../../../src/domain/proxy/no-proxy.ts';
import { parseProxy, proxyFor, proxySecrets } from '../../../src/domain/proxy/proxy.ts';

const google = 'https://run.googleapis.com/v2/x';
const via = (env: Record<string, string>, url = google) => {
  const proxy = proxyFor(env, new URL(url));
  return proxy && `${proxy.tls ? 'tls ' : ''}${proxy.host}:${proxy.port} ${proxy.from}`;
};

describe('which proxy a URL is reached through', () => {
  test.each([
    [{}, google, undefined],
    [{ HTTPS_PROXY: 'http://p.corp:3128' }, google, 'p.corp:3128 HTTPS_PROXY'],
    [{ https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:2' }, google, 'low:1 https_proxy'],
    [{ HTTPS_PROXY: '10.0.0.1:8080' }, google, '10.0.0.1:8080 HTTPS_PROXY'],
    [{ HTTPS_PROXY: 'p.corp:8080' }, google, 'p.corp:8080 HTTPS_PROXY'],
    [{ HTTPS_PROXY: 'p.corp' }, google, 'p.corp:80 HTTPS_PROXY'],
    [{ HTTPS_PROXY: 'user:pw@p.corp:8080' }, google, 'p.corp:8080 HTTPS_PROXY'],
    [{ HTTPS_PROXY: '[fd00::1]:8080' }, google, '[fd00::1]:8080 HTTPS_PROXY'],
    [{ HTTPS_PROXY: 'https://p.corp' }, google, 'tls p.corp:443 HTTPS_PROXY'],
    [{ HTTPS_PROXY: 'HTTP://P.CORP:8080/' }, google, 'p.corp:8080 HTTPS_PROXY'],
    // A proxy for http URLs is none for https URLs, as in curl and in GitHub's runner.
    [{ HTTP_PROXY: 'http://p.corp:3128' }, google, undefined],
    [{ HTTP_PROXY: 'http://p.corp:3128' }, 'http://prometheus.corp:9090', 'p.corp:3128 HTTP_PROXY'],
    [{ HTTPS_PROXY: 'http://p.corp:3128' }, 'http://prometheus.corp:9090', undefined],
    [{ ALL_PROXY: 'http://p.corp:3128' }, google, 'p.corp:3128 ALL_PROXY'],
    [{ all_proxy: 'http://p.corp:3128' }, 'http://prometheus.corp', 'p.corp:3128 all_proxy'],
    [{ ALL_PROXY: 'http://all:1', HTTPS_PROXY: 'http://own:2' }, google, 'own:2 HTTPS_PROXY'],
    [{ HTTPS_PROXY: '  ' }, google, undefined],
    [{ HTTPS_PROXY: 'http://p.corp:1', NO_PROXY: '*' }, google, undefined],
    [{ HTTPS_PROXY: 'http://p.corp:1', no_proxy: '.googleapis.com', NO_PROXY: 'x' }, google, undefined],
    [{ HTTPS_PROXY: 'http://p.corp:1', NO_PROXY: 'googleapis.com' }, google, undefined],
    [{ HTTPS_PROXY: 'http://p.corp:1', NO_PROXY: 'apis.com' }, google, 'p.corp:1 HTTPS_PROXY'],
    ...[
      'http://localhost:1',
      'http://127.0.0.1:1',
      'http://127.9.9.9',
      'http://[::1]:1',
      'http://a.localhost',
    ].map(
      (url) => [{ HTTP_PROXY: 'http://p.corp:1', ALL_PROXY: 'http://p.corp:1' }, url, undefined] as const,
    ),
  ])('%j for %s: %s', (env, url, expected) => {
    expect(via(env as Record<string, string>, url)).toBe(expected);
  });

  test.each([
    ['http://p.corp:99999', /not the address of a proxy/],
    ['http://p.corp:port', /not the address of a proxy/],
    ['http://', /not the address of a proxy/],
    ['http://p.corp:0', /port is 0/],
    ['socks5://p.corp:1080', /socks5 proxy, and only http and https/],
    ['http://a%0d%0ab:secret-of-1@p.corp', /line break/],
  ])('%s is an error that does not quote it', (value, message) => {
    const text = value.replace('p.corp', 'u:secret-of-1@p.corp');
    for (const one of [value, text])
      try {
        proxyFor({ HTTPS_PROXY: one }, new URL(google));
        throw new Error('accepted');
      } catch (error) {
        if (one === value) expect((error as Error).message).toMatch(message);
        expect((error as Error).message).not.toMatch(/secret|p\.corp|99999/);
        expect((error as Error).message).not.toBe('accepted');
      }
  });

  test('an invalid value does not matter where no proxy is used', () => {
    expect(via({ HTTPS_PROXY: 'http://p:99999', NO_PROXY: '*' })).toBeUndefined();
    expect(via({ HTTPS_PROXY: 'http://p:99999' }, 'https://127.0.0.1:1')).toBeUndefined();
  });

  test('user and password are decoded, and every form of them is a secret', () => {
    expect(parseProxy('x', 'http://us%40er:p%3Ass%25@p.corp').login).toBe('us@er:p:ss%');
    expect(parseProxy('x', 'http://user:50%off@p.corp').login).toBe('user:50%off');
    expect(parseProxy('x', 'http://user@p.corp').login).toBe('user:');
    const found = proxySecrets({
      HTTPS_PROXY: 'http://us%40er:p%3Ass%25@p.corp',
      http_proxy: 'u:broken-pw@p:99999',
    });
    for (const form of ['p%3Ass%25', 'p:ss%', 'us@er:p:ss%', btoa('us@er:p:ss%'), 'broken-pw'])
      expect(found).toContain(form);
    expect(proxySecrets({ HTTPS_PROXY: 'http://p.corp:1' })).toEqual([]);
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['example.com', 'example.com', 443, true],
    ['example.com', 'a.b.example.com', 443, true],
    ['example.com', 'notexample.com', 443, false],
    ['.example.com', 'a.example.com', 443, true],
    ['.example.com', 'example.com', 443, true],
    ['*.example.com', 'a.example.com', 443, true],
    ['EXAMPLE.com', 'A.example.COM', 443, true],
    ['example.com.', 'example.com', 443, true],
    ['example.com:8443', 'example.com', 8443, true],
    ['example.com:8443', 'example.com', 443, false],
    ['a.com,b.com c.com\nd.com', 'x.d.com', 443, true],
    ['a.com, ,', 'b.com', 443, false],
    ['.', 'b.com', 443, false],
    ['10.0.0.1', '10.0.0.1', 443, true],
    ['10.0.0.1', '10.0.0.11', 443, false],
    ['10.0.0.0/8', '10.200.3.4', 443, true],
    ['10.0.0.0/8', '11.0.0.1', 443, false],
    ['10.0.0.0/33', '10.0.0.1', 443, false],
    ['0.0.0.0/0', '8.8.8.8', 443, true],
    ['0.0.0.0/0', '[fd00::1]', 443, false],
    ['10.0.0.1-10.0.0.9', '10.0.0.5', 443, true],
    ['10.0.0.1-10.0.0.9', '10.0.0.10', 443, false],
    ['192.168.1.5:8080', '192.168.1.5', 8080, true],
    ['192.168.1.5:8080', '192.168.1.5', 443, false],
    ['fd00::/8', '[fd12::1]', 443, true],
    ['fd00::1', '[fd00:0:0::1]', 443, true],
    ['[fd00::1]:8443', '[fd00::1]', 8443, true],
    ['[fd00::1]:8443', '[fd00::1]', 443, false],
    ['10.0.0.0/8', '10.example.com', 443, false],
    ['1.2.3', '1.2.3', 443, true],
  ])('%j and %s:%d: %s', (entry, host, port, expected) => {
    expect(isExcluded(entry, host, port)).toBe(expected);
  });

  test.each([
    ['localhost', true],
    ['LOCALHOST', true],
    ['x.localhost', true],
    ['127.0.0.1', true],
    ['127.255.0.3', true],
    ['[::1]', true],
    ['[0:0:0:0:0:0:0:1]', true],
    ['[::ffff:127.0.0.1]', true],
    ['128.0.0.1', false],
    ['localhost.example.com', false],
    ['notlocalhost', false],
    ['[::2]', false],
    ['127.0.0.1.example.com', false],
  ])('%s is this machine: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
