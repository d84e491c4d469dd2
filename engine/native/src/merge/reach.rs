//! What can be reached from the merged module's exports and segments.

use std::collections::{BTreeSet, HashSet};
use std::convert::Infallible;

use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{ConstExpr, ElementItems, Operator, OperatorsReader, TableInit};

use super::component::{Component, Part};
use super::plan::Plan;
use super::{Error, Kind, Origin};

#[derive(Default)]
pub struct Reached {
    /// Functions and globals; tables and memories all stay.
    pub defined: HashSet<(Kind, Origin)>,
    /// The component's functions that are called or taken.
    pub canonicals: BTreeSet<u32>,
    /// Globals that some function writes.
    pub written: HashSet<Origin>,
    /// Functions of which some function makes a reference.
    pub taken: BTreeSet<Origin>,
    open: Vec<(Kind, Origin)>,
}

impl Reached {
    pub fn from(component: &Component<'_>, plan: &Plan) -> Result<Reached, Error> {
        let mut reached = Reached::default();
        for (kind, origin) in &plan.exports {
            reached.reach(*kind, *origin);
        }
        for instance in plan.merged() {
            reached.roots(&component.part(*instance))?;
        }
        while let Some((kind, origin)) = reached.open.pop() {
            if let Origin::Defined { instance, index } = origin {
                reached.follow(&component.part(instance), kind, index)?;
            }
        }
        Ok(reached)
    }

    fn reach(&mut self, kind: Kind, origin: Origin) {
        match (kind, origin) {
            (Kind::Table | Kind::Memory, _) => {}
            (_, Origin::Canonical(number)) => _ = self.canonicals.insert(number),
            (_, Origin::Defined { .. }) => {
                if self.defined.insert((kind, origin)) {
                    self.open.push((kind, origin));
                }
            }
        }
    }

    /// Elements and the first values of tables: what they name may be called by number.
    fn roots(&mut self, part: &Part<'_, '_>) -> Result<(), Error> {
        for element in &part.module.elements {
            match &element.items {
                ElementItems::Functions(functions) => {
                    for function in functions.clone() {
                        self.reach(Kind::Function, part.origin(Kind::Function, function?));
                    }
                }
                ElementItems::Expressions(_, expressions) => {
                    for expression in expressions.clone() {
                        self.constant(part, &expression?)?;
                    }
                }
            }
        }
        for table in &part.module.tables {
            if let TableInit::Expr(expression) = &table.init {
                self.constant(part, expression)?;
            }
        }
        Ok(())
    }

    fn follow(&mut self, part: &Part<'_, '_>, kind: Kind, index: u32) -> Result<(), Error> {
        let defined = (index - part.module.imported[kind]) as usize;
        match kind {
            Kind::Function => self.operators(part, part.module.bodies[defined].get_operators_reader()?),
            _ => self.constant(part, &part.module.globals[defined].init_expr),
        }
    }

    fn constant(&mut self, part: &Part<'_, '_>, expression: &ConstExpr<'_>) -> Result<(), Error> {
        self.operators(part, expression.get_operators_reader())
    }

    fn operators(&mut self, part: &Part<'_, '_>, mut operators: OperatorsReader<'_>) -> Result<(), Error> {
        let mut named = Named::default();
        while !operators.eof() {
            let operator = operators.read()?;
            match operator {
                Operator::GlobalSet { global_index } => {
                    _ = self.written.insert(part.origin(Kind::Global, global_index))
                }
                Operator::RefFunc { function_index } => {
                    self.taken.insert(part.origin(Kind::Function, function_index));
                }
                _ => {}
            }
            named
                .instruction(operator)
                .expect("nothing that is noted down is refused");
            for (kind, index) in named.0.drain(..) {
                self.reach(kind, part.origin(kind, index));
            }
        }
        Ok(())
    }
}

/// Notes which functions and globals an instruction names while the library translates it.
#[derive(Default)]
struct Named(Vec<(Kind, u32)>);

impl Reencode for Named {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error<Infallible>> {
        self.0.push((Kind::Function, index));
        Ok(index)
    }

    fn global_index(&mut self, index: u32) -> Result<u32, reencode::Error<Infallible>> {
        self.0.push((Kind::Global, index));
        Ok(index)
    }
}
