import './styles/app.css';

import { mount } from 'svelte';

import Window from '@/app/App.svelte';
import { connect } from '@/bridge';
import { App } from '@/stores/app.svelte';

/** Milliseconds that the first frame waits for the catalog. */
const PATIENCE = 120;

async function open(): Promise<void> {
  const app = new App(await connect());
  void app.start();
  // The catalog's answer is a few milliseconds away: a frame of placeholders before it would make
  // the window draw everything twice.
  await Promise.race([app.catalog.answered, new Promise((late) => setTimeout(late, PATIENCE))]);
  const target = document.getElementById('app');
  if (target) mount(Window, { target, props: { app } });
}

// Not awaited: a module that waits for itself keeps those that import from its file waiting, too.
void open();
