/** The entry of the broker document, built to /addin-frame.js and /addin-frame.css under fixed names. */
import './frame.css';
import { startBroker } from './broker';

startBroker(window);
