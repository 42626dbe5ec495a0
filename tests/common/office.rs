//! A session and its assistants in one process.

use std::cell::RefCell;
use std::rc::Rc;

use futures_lite::future::block_on;
use headstart::session::{
    Assistant, Command, DeviceChoice, Devices, Event, Helper, Job, Parcel, Report, SampleTask,
    Session,
};

use super::{BACKBONE, no_time};

/// An assistant in the same process.
#[derive(Clone)]
pub struct Near(pub Rc<RefCell<Helper>>);

impl Assistant for Near {
    fn send(&self, job: Parcel<Job>) -> Result<(), String> {
        self.0.borrow_mut().submit(job);
        Ok(())
    }
}

/// A session and its assistants, which work in turns.
pub struct Office {
    pub session: Session,
    pub assistants: Vec<Near>,
    pub heard: Vec<Event>,
    /// Looks that assistants made once runs had ended.
    pub inspected: usize,
}

impl Office {
    pub fn with(assistants: usize) -> Self {
        let begun = Session::begin(BACKBONE, Devices::cpu_only(), DeviceChoice::Automatic, no_time);
        let mut session = block_on(begun).expect("the session begins");
        let assistants: Vec<Near> = (0..assistants)
            .map(|_| Helper::begin(BACKBONE, no_time).expect("the assistant begins"))
            .map(|helper| Near(Rc::new(RefCell::new(helper))))
            .collect();
        session.engage(
            assistants.iter().map(|near| Box::new(near.clone()) as Box<dyn Assistant>).collect(),
        );
        Self { session, assistants, heard: Vec::new(), inspected: 0 }
    }

    /// One piece of work of everybody who has some. As in a browser, a session that waits is left alone.
    pub fn turn(&mut self) {
        if !self.session.is_waiting() {
            block_on(self.session.work());
        }
        for (number, near) in self.assistants.iter().enumerate() {
            let reports = {
                let mut helper = near.0.borrow_mut();
                block_on(helper.work());
                helper.take_reports()
            };
            for report in reports {
                self.inspected += usize::from(matches!(report.note, Report::Inspected { .. }));
                block_on(self.session.hear(number, report));
            }
        }
        self.heard.extend(self.session.take_events());
    }

    pub fn finish(&mut self, command: Command) {
        self.session.submit(command);
        while self.session.has_work() {
            self.turn();
        }
    }

    pub fn draw(&mut self) {
        self.finish(Command::DrawSample { task: SampleTask::Fabric, seed: 3 });
    }
}
