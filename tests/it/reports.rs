//! Reports that people work on: their life from the letter that asks for one to the issue that is sent, the proof of what
//! was issued, and what explains a difference.

mod assessed;
mod blanks;
mod changed;
mod contributed;
mod desk;
mod forms;
mod judged;
mod life;
mod line;
mod promised;
mod proof;
mod sending;
mod stays;
