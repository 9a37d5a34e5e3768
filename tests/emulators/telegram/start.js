'use strict';

/*
 * Starts a Bot API server on a free loopback port and prints {"port": …} on its first line. It ends when its
 * standard input is closed, so that no test leaves it behind.
 *
 * THEIRS (npm telegram-test-api 4.2.1, MIT, unchanged): the HTTP server; the storage of messages; message, update
 * and callback numbers; sendMessage, answerCallbackQuery, editMessageText, deleteMessage … of the bot's side; the
 * user's side under /sendMessage, /sendCommand, /sendCallback, /getUpdates, /getUpdatesHistory.
 *
 * OURS (this file), because as it comes it cannot serve python-telegram-bot 22, or lacks what Telegram does:
 *   getMe         is_bot and the group flags are added (the library refuses a user without is_bot)
 *   sendMessage   its result has the date in seconds, the chat's kind, and objects where the form had JSON text;
 *                 refused as Telegram would: empty or over 4096 UTF-16 units, entities outside of the text,
 *                 callback_data over 64 bytes
 *   getUpdates    a real long poll; an update comes again until a higher offset confirms it; a second poller ends
 *                 the first with 409 Conflict (theirs: answers at once, and delivers only once)
 *   setWebhook    updates are posted with the secret token, again until a 2xx answers, and what the answer asks for
 *                 is done (theirs: no secret, no repeat, a failure is an error of the one who sent the message);
 *                 while one is set, getUpdates is refused
 *   editMessageText, deleteMessage   refused where there is no such message of the bot's, or nothing would change
 *   callbacks     carry chat_instance
 *   setMyCommands, sendChatAction   answered with true (theirs: 500)
 *   an unknown method   404, as Telegram answers (theirs: 500)
 *   /test/…       for tests only: any update as it is, faults on demand, a view of everything that was sent
 *
 * So what a test proves about polling, confirmation and refusals, it proves against our reading of the Bot API's
 * documentation, not against Telegram.
 */

const express = require('express'); // a dependency of theirs
const { TelegramServer } = require('telegram-test-api/lib/telegramServer');

const BOT = {
  id: 666,
  is_bot: true,
  first_name: 'Test First name',
  username: 'TestNameBot',
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
};
const JSON_FIELDS = ['entities', 'reply_markup', 'reply_parameters', 'link_preview_options', 'commands', 'scope'];
const ARRIVALS = ['AddedUserMessage', 'AddedUserCommand', 'AddedUserCallbackQuery', 'AddedRawUpdate'];

const server = new TelegramServer({ host: '127.0.0.1', port: 1, storeTimeout: 3600 });
server.config.port = 0; // any free one; their constructor takes 0 for "not given"
server.setMaxListeners(0);

const calls = []; // every request of the bot: {method, body, at}
const faults = []; // {method, kind, times, chat?, ms?, retry_after?, status?, description?}
const polls = new Map(); // token -> end(status, body) of the poll that waits
let webhook = null; // {url, secret_token}
let posting = false;
const posts = []; // every post to the webhook: {status, body}
const holds = new Set(); // release functions of requests that are held
let downtime = false; // every request of the bot is cut off

// --- messages ----------------------------------------------------------------------------------

const addBotMessage = server.addBotMessage.bind(server);
server.addBotMessage = (body, token) => {
  const message = addBotMessage(body, token);
  const id = Number(body.chat_id);
  const chat = id < 0
    ? { id, type: 'supergroup', title: 'Group' }
    : { id, type: 'private', first_name: 'User' };
  return { ...message, date: Math.floor(message.date / 1000), from: BOT, chat };
};

const formatUpdate = TelegramServer.formatUpdate.bind(TelegramServer);
TelegramServer.formatUpdate = (stored) => {
  if (stored.raw) return { update_id: stored.updateId, ...stored.raw };
  const update = formatUpdate(stored);
  if (update.callback_query) update.callback_query.chat_instance = String(stored.callbackQuery.message.chat.id);
  return update;
};

function refusal(body) {
  const text = typeof body.text === 'string' ? body.text : '';
  if (!text.trim()) return 'message text is empty';
  if (text.length > 4096) return 'message is too long'; // a string's length counts UTF-16 units
  for (const entity of body.entities || []) {
    if (!(entity.offset >= 0 && entity.length > 0 && entity.offset + entity.length <= text.length)) {
      return "can't parse entities: ENTITY_BOUNDS_INVALID";
    }
  }
  for (const row of (body.reply_markup && body.reply_markup.inline_keyboard) || []) {
    for (const button of row) {
      const size = Buffer.byteLength(button.callback_data || '');
      if (!button.text || size < 1 || size > 64) return 'BUTTON_DATA_INVALID';
    }
  }
  return null;
}

// --- polling -----------------------------------------------------------------------------------

function poll(req, res) {
  const asked = { ...req.query, ...req.body };
  const { token } = req.params;
  const offset = Number(asked.offset || 0);
  const mine = server.storage.userMessages.filter((update) => update.botToken === token);
  mine.filter((update) => update.updateId < offset).forEach((update) => { update.confirmed = true; });
  if (polls.has(token)) {
    polls.get(token)(409, {
      ok: false,
      error_code: 409,
      description: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    });
  }
  const waiting = () => server.storage.userMessages
    .filter((update) => update.botToken === token && !update.confirmed && update.updateId >= offset)
    .slice(0, Number(asked.limit || 100));
  const deliver = () => {
    const updates = waiting();
    updates.forEach((update) => { update.isRead = true; });
    return { ok: true, result: updates.map(TelegramServer.formatUpdate) };
  };
  const arrived = () => end(200, deliver());
  const timer = setTimeout(arrived, Number(asked.timeout || 0) * 1000);
  function end(status, body) {
    clearTimeout(timer);
    ARRIVALS.forEach((name) => server.off(name, arrived));
    if (polls.get(token) === end) polls.delete(token);
    if (body && !res.destroyed) res.status(status).json(body);
  }
  res.on('close', () => end());
  polls.set(token, end);
  if (waiting().length) arrived();
  else ARRIVALS.forEach((name) => server.on(name, arrived));
}

// --- webhook -----------------------------------------------------------------------------------

server.webhooks = {}; // theirs stays off
server.setWebhook = (asked) => { webhook = asked; setImmediate(post); };
server.deleteWebhook = () => { webhook = null; };
ARRIVALS.forEach((name) => server.on(name, () => setImmediate(post)));

async function post() { // in order, one at a time, as Telegram does for a chat
  if (posting) return;
  posting = true;
  for (;;) {
    const update = webhook && server.storage.userMessages.find((each) => !each.confirmed);
    if (!update) break;
    update.isRead = true;
    const hook = webhook;
    try {
      const headers = { 'content-type': 'application/json' };
      if (hook.secret_token) headers['x-telegram-bot-api-secret-token'] = hook.secret_token;
      const body = JSON.stringify(TelegramServer.formatUpdate(update));
      const answer = await fetch(hook.url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10000) });
      const said = await answer.text();
      posts.push({ status: answer.status, body: said });
      if (answer.ok) {
        update.confirmed = true;
        const asked = said && JSON.parse(said);
        if (asked && asked.method) calls.push({ method: asked.method, body: asked, at: Date.now() });
      }
    } catch (error) {
      posts.push({ status: 0, body: String(error) });
    }
    if (!update.confirmed) await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  posting = false;
}

function ofBot(body) {
  return server.storage.botMessages.find((each) => String(each.messageId) === String(body.message_id)
    && String(each.message.chat_id) === String(body.chat_id));
}

function refusedEdit(body) {
  const old = ofBot(body);
  if (!old) return 'message to edit not found';
  const same = (name) => JSON.stringify(old.message[name]) === JSON.stringify(body[name]);
  return same('text') && same('reply_markup') && same('entities') ? 'message is not modified' : null;
}

// --- faults ------------------------------------------------------------------------------------

function takeFault(method, chat) {
  const at = faults.findIndex((fault) => fault.method === method
    && (fault.chat === undefined || String(fault.chat) === String(chat)));
  if (at < 0) return null;
  const fault = faults[at];
  fault.times = (fault.times || 1) - 1;
  if (fault.times < 1) faults.splice(at, 1);
  return fault;
}

function hold(ms) {
  return new Promise((resolve) => {
    const release = () => { clearTimeout(timer); holds.delete(release); resolve(); };
    const timer = setTimeout(release, ms);
    holds.add(release);
  });
}

/* Returns true when the request must not go on. */
async function suffer(fault, req, res) {
  if (fault.kind === '429') {
    const parameters = { retry_after: fault.retry_after };
    res.status(429).json({ ok: false, error_code: 429, description: 'Too Many Requests: retry later', parameters });
    return true;
  }
  if (fault.kind === 'error') {
    const { status, description, parameters } = fault;
    res.status(status).json({ ok: false, error_code: status, description, parameters });
    return true;
  }
  if (fault.kind === 'garbage') {
    res.status(200).type('html').send('<html>a proxy says hello</html>');
    return true;
  }
  if (fault.kind === 'reset') { // before it is accepted
    req.socket.destroy();
    return true;
  }
  if (fault.kind === 'hold_before') { // whoever is gone meanwhile has sent nothing
    let gone = false;
    ['end', 'close'].forEach((name) => req.socket.once(name, () => { gone = true; }));
    await hold(fault.ms);
    if (gone) req.socket.destroy();
    return gone;
  }
  if (fault.kind === 'reset_after') { // accepted, but nobody hears of it
    res.json = () => req.socket.destroy();
    return false;
  }
  if (fault.kind === 'hold_after') { // accepted, but the answer takes its time
    const json = res.json.bind(res);
    res.json = (body) => { hold(fault.ms).then(() => json(body)); };
    return false;
  }
  throw new Error(`unknown fault ${fault.kind}`);
}

// --- routes in front of theirs -----------------------------------------------------------------

const app = express();
app.use(express.json({ limit: '10mb' }));
app.use(express.urlencoded({ extended: true, limit: '10mb' }));

app.all('/bot:token/:method', async (req, res, next) => {
  const { method } = req.params;
  for (const name of JSON_FIELDS) {
    if (typeof req.body[name] === 'string') req.body[name] = JSON.parse(req.body[name]);
  }
  if (req.body.message_thread_id) req.body.message_thread_id = Number(req.body.message_thread_id);
  if (method !== 'getUpdates') calls.push({ method, body: req.body, at: Date.now() });
  if (downtime) return req.socket.destroy();
  const fault = takeFault(method, req.body.chat_id);
  if (fault && await suffer(fault, req, res)) return undefined;
  return next();
});
app.all('/bot:token/getUpdates', (req, res, next) => {
  if (!webhook) return next();
  const description = "Conflict: can't use getUpdates method while webhook is active";
  return res.status(409).json({ ok: false, error_code: 409, description });
});
app.all('/bot:token/getUpdates', poll);
app.all('/bot:token/getWebhookInfo', (_req, res) => {
  const waiting = server.storage.userMessages.filter((update) => !update.confirmed).length;
  res.json({ ok: true, result: { url: webhook ? webhook.url : '', has_custom_certificate: false, pending_update_count: waiting } });
});
app.all('/bot:token/getMe', (_req, res) => res.json({ ok: true, result: BOT }));
app.all('/bot:token/setMyCommands', (_req, res) => res.json({ ok: true, result: true }));
app.all('/bot:token/sendChatAction', (_req, res) => res.json({ ok: true, result: true }));
app.all('/bot:token/sendMessage', (req, res, next) => {
  const reason = refusal(req.body);
  if (!reason) return next();
  return res.status(400).json({ ok: false, error_code: 400, description: `Bad Request: ${reason}` });
});
app.all('/bot:token/editMessageText', (req, res, next) => {
  const reason = refusal(req.body) || refusedEdit(req.body);
  if (!reason) return next();
  return res.status(400).json({ ok: false, error_code: 400, description: `Bad Request: ${reason}` });
});
app.all('/bot:token/deleteMessage', (req, res, next) => {
  if (ofBot(req.body)) return next();
  return res.status(400).json({ ok: false, error_code: 400, description: 'Bad Request: message to delete not found' });
});
const THEIRS = ['sendMessage', 'answerCallbackQuery', 'editMessageText', 'editMessageReplyMarkup', 'deleteMessage',
  'setWebhook', 'deleteWebhook'];
app.all('/bot:token/:method', (req, res, next) => {
  if (THEIRS.includes(req.params.method)) return next();
  return res.status(404).json({ ok: false, error_code: 404, description: 'Not Found' });
});

app.post('/test/update', (req, res) => { // an update as it is, without its number
  server.storage.userMessages.push({ ...server.getCommonFields(req.body.token), raw: req.body.update });
  server.updateId += 1;
  server.emit('AddedRawUpdate');
  res.json({ ok: true });
});
app.post('/test/fault', (req, res) => { faults.push(req.body); res.json({ ok: true }); });
app.post('/test/down', (req, res) => {
  downtime = req.body.down;
  if (downtime) polls.forEach((end) => end(502, { ok: false, error_code: 502, description: 'Bad Gateway' }));
  res.json({ ok: true });
});
app.post('/test/reset', (_req, res) => { // a new Telegram; only numbers go on
  downtime = false;
  calls.length = 0;
  posts.length = 0;
  webhook = null;
  faults.length = 0;
  holds.forEach((release) => release());
  polls.forEach((end) => end(502, { ok: false, error_code: 502, description: 'Bad Gateway' }));
  server.storage = { userMessages: [], botMessages: [] };
  server.callbackId = 1;
  res.json({ ok: true });
});
app.post('/test/release', (_req, res) => { holds.forEach((release) => release()); res.json({ ok: true }); });
app.get('/test/state', (_req, res) => res.json({
  sent: server.storage.botMessages.map(({ messageId, time, message }) => ({ ...message, message_id: messageId, time })),
  users: server.storage.userMessages.map((update) => ({
    update: TelegramServer.formatUpdate(update),
    delivered: update.isRead,
    confirmed: Boolean(update.confirmed),
  })),
  calls,
  faults,
  posts,
  webhook,
  held: holds.size,
  polling: polls.size,
}));

app.use(server.webServer); // theirs
server.webServer = app;

server.start().then(() => {
  process.stdout.write(`${JSON.stringify({ port: server.server.address().port })}\n`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
