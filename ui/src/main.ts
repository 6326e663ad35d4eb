import './styles/app.css';

import { mount } from 'svelte';

import Window from '@/app/App.svelte';
import { connect } from '@/bridge';
import { App } from '@/stores/app.svelte';

async function open(): Promise<void> {
  const app = new App(await connect());
  // Everything is asked for before the first frame is drawn; the frame does not wait for the answers.
  void app.start();
  const target = document.getElementById('app');
  if (target) mount(Window, { target, props: { app } });
}

// Not awaited: a module that waits for itself keeps those that import from its file waiting, too.
void open();
