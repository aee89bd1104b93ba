import { createComponent, render } from 'solid-js/web';
import { Page } from './page.jsx';

const place = document.getElementById('app');
if (place !== null) render(() => createComponent(Page, {}), place);
