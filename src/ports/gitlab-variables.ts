/** The CI/CD variables of a project and of its groups. Every method rejects with a `GitLabError`. */
export interface CiVariables {
  /** Keys and flags; the values are dropped as soon as they arrive. */
  variables(projectId: number): Promise<Variable[]>;
  /** Those of one group, which only its Owners may read; `path` is its full path. */
  groupVariables(path: string): Promise<Variable[]>;
  /** Creates a variable and says what it has become, since a server drops flags that it does not know. */
  createVariable(projectId: number, variable: NewVariable): Promise<Variable>;
  /** Changes the variable of just this scope; a hidden one stays hidden, and no other becomes so. */
  updateVariable(projectId: number, which: VariableName, change: VariableChange): Promise<void>;
  deleteVariable(projectId: number, which: VariableName): Promise<void>;
}

/** What tells one variable from others: several may have a key, each for environments of its own. */
export interface VariableName {
  key: string;
  environmentScope: string;
}

export interface Variable extends VariableName {
  protected: boolean;
  masked: boolean;
  /** Undefined on servers before 17.4, which cannot hide. */
  hidden: boolean | undefined;
  /** Whether `$` in the value is left alone; undefined on servers before 15.7, which always expand. */
  raw: boolean | undefined;
  type: 'env_var' | 'file';
}

/** A variable that is protected, masked, raw, and hidden where the server can. */
export interface NewVariable extends VariableName {
  value: string;
  description: string;
}

/** Fields that are not given stay as they are. */
export interface VariableChange {
  value?: string;
  protected?: true;
  masked?: true;
  raw?: true;
  type?: 'env_var';
  environmentScope?: string;
}
